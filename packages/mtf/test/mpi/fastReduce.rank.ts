import { defineDims, defineLayout, defineMesh, lower, placeholder, sum } from "mtf";
import { mpi } from "../../src/mpi.ts";
import { given, tell } from "./rank.ts";

// One of four ranks that add up over all of them, and over pairs.
const fastReduce = given[0] === "fast";
const backend = given[1] as "wasm" | "reference";
const dims = defineDims({ a: 4, b: 2, many: 3 });
const lines: string[] = [];
let own = 0;
for (const [axes, rule] of [
  [{ x: 4 }, "x"],
  [{ x: 2, y: 2 }, "x"],
  [{ x: 2, y: 2 }, "y"],
] as const) {
  const mesh = defineMesh(axes);
  const layout = defineLayout<string, string>({ dims, mesh, rules: { a: rule } });
  const devices = await mpi(mesh, { backend, fastReduce });
  own = devices.rank;
  const inputs = [placeholder([dims.a, dims.many]), placeholder([dims.a])] as const;
  const run = await devices.load(
    lower((x, y) => [sum(x, "a"), sum(y, "a")] as const, { layout, inputs }),
  );
  const numbers = Float32Array.from({ length: 12 }, (_, i) => i * i - 20);
  const [exact, rounded] = await run(numbers, [1e8, 1, -1e8, 1]);
  lines.push([...(await exact.read()), await rounded.number()].join());
  await devices.close();
}
tell(own, lines);
