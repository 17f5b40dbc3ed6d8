import { defineDims, defineLayout, defineMesh, exp, lower, placeholder } from "mtf";
import { mpi } from "../../src/mpi.ts";
import { tell } from "./rank.ts";

// One of two ranks that say which boxes their sources are asked for.
const dims = defineDims({ a: 5 });
const mesh = defineMesh({ x: 2 });
const layout = defineLayout({ dims, mesh, rules: { a: "x" } });
const program = lower(exp, { layout, inputs: [placeholder([dims.a])] });

const devices = await mpi(mesh, { backend: "reference" });
const run = await devices.load(program);
const asked: string[] = [];
const box = ([range]: readonly { begin: number; size: number }[]) => {
  asked.push(`${range!.begin}+${range!.size}`);
  return new Float32Array(range!.size);
};
const numbers = await (await run({ box })).read();
tell(devices.rank, [asked.join(), [...numbers].join()]);
await devices.close();
