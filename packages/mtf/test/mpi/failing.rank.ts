import { defineDims, defineLayout, defineMesh, lower, placeholder, sum } from "mtf";
import { mpi } from "../../src/mpi.ts";
import { given } from "./rank.ts";

// One of some ranks, of which the second fails in one way or another.
const [how] = given;
const dims = defineDims({ a: 6 });
const mesh = defineMesh({ x: 3 });
const layout = defineLayout({ dims, mesh, rules: { a: "x" } });
const program = lower((x) => sum(x, "a"), { layout, inputs: [placeholder([dims.a])] });

const devices = await mpi(mesh, { backend: "reference" });
const odd = devices.rank === 1;
const run = await devices.load(program);
await run([1, 2, 3, 4, 5, 6]);
if (odd && how === "throws") throw new Error("rank 1 has had enough");
if (odd && how === "dies") process.kill(process.pid, "SIGKILL");
const box = ([range]: readonly { size: number }[]) => {
  if (odd) throw new Error("the disk is gone");
  return new Float32Array(range!.size);
};
try {
  await run({ box });
} catch {
  // And goes on as if nothing had happened.
  if (how === "ignores") await new Promise((resolve) => setTimeout(resolve, 60_000));
}
