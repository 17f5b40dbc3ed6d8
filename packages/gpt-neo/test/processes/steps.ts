import { createHash } from "node:crypto";
import { defineMesh, leavesOf, lower, type Mesh } from "mtf";
import { type Devices, isSharded } from "mtf/simulator";
import { parseConfig, presets } from "../../src/config/index.ts";
import { dimsOf } from "../../src/models/index.ts";
import { layoutOf } from "../../src/session.ts";
import { lowerStep } from "../../src/train/lower-step.ts";
import { initialState } from "../../src/train/step.ts";

/** What some steps of training a tiny GPT-Neo leave on four devices: losses, and all numbers' bits. */
export async function steps(open: (mesh: Mesh) => Promise<Devices>): Promise<readonly string[]> {
  const [batch, length] = [4, 16];
  const config = parseConfig(presets.tiny);
  const dims = dimsOf(config, batch, length);
  const mesh = defineMesh({ data: 2, model: 2 });
  const layout = layoutOf({ storage: "embd:data" }, mesh, dims);
  const step = lowerStep(config, dims, layout);
  const begin = lower(() => initialState(config, dims), { layout, inputs: [] });

  const devices = await open(mesh);
  const run = await devices.load(step);
  let state = await (await devices.load(begin))();
  const lines: string[] = [];
  for (let i = 0; i < 3; i++) {
    const ids = Int32Array.from({ length: batch * length }, (_, at) => (at * (i + 7)) % 257);
    const [next, report] = await run(state, ids, ids);
    state = next;
    lines.push(`loss ${await report.loss.number()}`);
  }
  const hash = createHash("sha256");
  for (const [path, held] of leavesOf(state, isSharded))
    hash.update(path).update(await held.read());
  lines.push(hash.digest("hex"));
  // In all: of what a group passes on, another device may have folded another part.
  const usage = await devices.usage();
  lines.push(`received ${usage.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0)}`);
  await devices.close();
  return lines;
}
