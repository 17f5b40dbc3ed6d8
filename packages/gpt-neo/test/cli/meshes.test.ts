import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";
import { namesIn, someText } from "../support/runs.ts";

// Meshes that were written for other machines.

const folder = temporaryFolder();
const text = join(folder, "text.txt");
writeFileSync(text, someText(3000));
const config = join(folder, "original.json");
const original = {
  ...{ n_embd: 16, n_head: 2, n_layer: 2, n_vocab: 257, n_ctx: 16, eos_id: 256 },
  ...{ attention_types: [[["global", "local"], 1]], train_batch_size: 4, train_steps: 1 },
  ...{ mesh_shape: "x:1024,y:16", layout: "batch:x,heads:y" },
};
writeFileSync(config, JSON.stringify(original));

it("a config's mesh that is too large is refused before anything is read, and --mesh overrides it", async () => {
  const out = join(folder, "run");
  const train = ["train", "--config", config, "--out", out, "--json"];
  const refused = await callHere(...train, "--data", join(folder, "not-read.txt"));
  expect(refused.code).toBe(1);
  const error = refused.stderr.slice(refused.stderr.indexOf("gpt-neo:"));
  expect(error).toMatch(
    /\[bad-mesh\] this machine is too small for mesh x:1024,y:16, as the config/,
  );
  expect(error).toMatch(
    /\n {2}per device +.* MiB; a WebAssembly heap holds 4.0 GiB, of tensors about 3.6 GiB\n/,
  );
  expect(error).toMatch(/\n {2}in all +.* [MG]iB; this machine has .* GiB(, too much)?\n/);
  expect(error).toMatch(/\n {2}workers +16384; .* can serve \d+, too much\n/);
  expect(namesIn(out)).toEqual([]);
  const [, mesh] = /\n {2}try +--mesh (\S+)\n/.exec(error)!;
  const went = await callHere(...train, "--data", text, "--mesh", mesh!);
  expect(resultOf(went)).toMatchObject({ step: 1, finished: true });
  expect(went.stderr).toContain(
    `layout batch:x,heads:y is for another mesh than ${mesh}: left out`,
  );
});

it("eval and generate refuse such a mesh as well", async () => {
  const model = fixture("weights/safetensors/one");
  const data = join(folder, "ids.jsonl");
  writeFileSync(data, JSON.stringify({ input_ids: [1, 2, 3] }));
  for (const args of [
    ["eval", "--model", model, "--data", data],
    ["generate", "--model", model, "--input-ids", "1"],
  ]) {
    const { code, stderr } = await callHere(...args, "--mesh", "data:16384");
    expect(code).toBe(1);
    expect(stderr).toMatch(/too small for mesh data:16384, as --mesh says\.\n/);
    expect(stderr).toMatch(/\n {2}try +--mesh data:\d+\n/);
  }
});
