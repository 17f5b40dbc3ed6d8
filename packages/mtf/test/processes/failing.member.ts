import { defineDims, defineLayout, defineMesh, exp, lower, placeholder, sum } from "mtf";
import { devicesOfPair, given, place } from "./pair.ts";

// One of two processes, of which the second does something else than the first.
const [how] = given;
const odd = place === 1;
const dims = defineDims({ a: 6 });
const axis = how === "another mesh" && odd ? "y" : "x";
const mesh = defineMesh({ [axis]: 2 });
const layout = defineLayout({ dims, mesh, rules: { a: axis } });
const inputs = [placeholder([dims.a])] as const;
const another = how === "another program" && odd;
const program = lower((x) => sum(another ? exp(x) : x, "a"), { layout, inputs });

try {
  const devices = await devicesOfPair(mesh, "reference");
  const run = await devices.load(program);
  await run([1, 2, 3, 4, 5, 6]);
  if (how === "an early end" && odd) process.exit(7);
  const source = {
    box: ([range]: readonly { size: number }[]) => {
      if (how === "a broken source" && odd) throw new Error("the disk is gone");
      return new Float32Array(range!.size);
    },
  };
  const result = await run(source);
  console.log(await result.number());
  await devices.close();
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
