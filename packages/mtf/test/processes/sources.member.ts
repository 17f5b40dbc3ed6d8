import { defineDims, defineLayout, defineMesh, exp, lower, placeholder } from "mtf";
import { devicesOfPair } from "./pair.ts";

// One of two processes that say which boxes their sources are asked for.
const dims = defineDims({ a: 7, b: 3 });
const mesh = defineMesh({ x: 4 });
const layout = defineLayout({ dims, mesh, rules: { a: "x" } });
const program = lower(exp, { layout, inputs: [placeholder([dims.a, dims.b])] });

const devices = await devicesOfPair(mesh, "reference");
const run = await devices.load(program);
const asked: string[] = [];
const source = {
  box: (box: readonly { begin: number; size: number }[]) => {
    asked.push(box.map(({ begin, size }) => `${begin}+${size}`).join(" "));
    return new Float32Array(box[0]!.size * box[1]!.size).fill(box[0]!.begin);
  },
};
const result = await run(source);
const numbers = await result.readBox([
  { begin: 1, size: 6 },
  { begin: 0, size: 1 },
]);
console.log(asked.join(", "));
console.log([...numbers].map((x) => Math.log(x).toFixed(0)).join(" "));
await devices.close();
