import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineDims, defineLayout, defineMesh, iota, lower, type Mesh, mul } from "mtf";
import { saveCheckpoint } from "../../src/checkpoint.ts";
import { devicesOfPair, given, place } from "./pair.ts";

// One of two processes that save into folders of their own, the second time with a disk that fails in one.
const [folder, failing] = given;
const own = join(folder!, `${place}`);
const dims = defineDims({ a: 5, b: 3 });
const layout = defineLayout({ dims, mesh: defineMesh({ x: 2 }), rules: { a: "x" } });
const devices = await devicesOfPair(layout.mesh as Mesh, "reference");
const begin = lower(() => ({ split: mul(iota(dims.a), 2), whole: iota(dims.b) }), {
  layout,
  inputs: [],
});
const state = await (await devices.load(begin))();
for (const step of [1, 2]) await saveCheckpoint(join(own, "latest"), state, { step });
if (failing !== undefined) {
  if (place === 1) writeFileSync(join(own, "file"), "no folder");
  const saving = saveCheckpoint(join(own, "file"), state, { step: 3 });
  const error = await saving.then(
    () => "",
    (error: Error) => error.message,
  );
  console.log(error.replaceAll(folder!, ""));
  await saveCheckpoint(join(own, "latest"), state, { step: 4 });
}
await devices.close();
