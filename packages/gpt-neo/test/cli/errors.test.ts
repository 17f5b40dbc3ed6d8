import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { callHere, start, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";
import { contentsOf, logOf, namesIn, someText } from "../support/runs.ts";

const folder = temporaryFolder();
const published = fixture("weights/safetensors/one");
const text = join(folder, "text.txt");
writeFileSync(text, someText(4000));

/** What an error says, with the tests' folder named alike everywhere. */
async function errorOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await callHere(...args, "--runtime", "simulator");
  expect(code).toBe(1);
  expect(stdout).toBe("");
  return stderr.replaceAll(folder, "FOLDER").replaceAll(published, "PUBLISHED");
}

/** The error of training into a folder that must not come to be, or not change. */
async function trainError(...options: readonly string[]): Promise<string> {
  const out = join(folder, "never");
  const named = ["--config", "--model"].some((name) => options.includes(name));
  const error = await errorOf(
    "train",
    ...(named ? [] : ["--config", "tiny"]),
    ...(options.includes("--data") ? [] : ["--data", text]),
    "--out",
    out,
    ...options,
  );
  expect(namesIn(out)).toEqual([]);
  // How far the reading of data was is no part of the error.
  return error.replace(/^reading .*\n/gm, "");
}

const asked = ["--input-ids", "1,2", "--mesh", "data:1"];

it("weights that are not there, or not whole", async () => {
  const model = join(folder, "damaged");
  expect(await errorOf("generate", "--model", model, ...asked)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] there is no file or folder FOLDER/damaged.
      try  a model's folder: config.json, weights and a tokenizer, as in a run's folder or a download from Hugging Face; nothing is downloaded by its name
    "
  `);
  mkdirSync(model);
  cpSync(join(published, "config.json"), join(model, "config.json"));
  expect(await errorOf("generate", "--model", model, ...asked)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/damaged holds no weights.
      looked for  model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json, *.index, *.safetensors
      try         a model's folder: config.json, weights and a tokenizer, as in a run's folder or a download from Hugging Face
    "
  `);
  cpSync(join(published, "model.safetensors"), join(model, "model.safetensors"));
  truncateSync(join(model, "model.safetensors"), 100_000);
  expect(await errorOf("generate", "--model", model, ...asked)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/damaged/model.safetensors is damaged: tensor "transformer.h.1.mlp.c_proj.weight" ends at byte 106352, the file at 100000.
      file    FOLDER/damaged/model.safetensors
      offset  byte 100000
    "
  `);
  expect(await errorOf("eval", "--model", model, "--data", text)).toContain("model.safetensors");
  rmSync(join(model, "config.json"));
  expect(await errorOf("generate", "--model", model, ...asked)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/damaged/model.safetensors is damaged: tensor "transformer.h.1.mlp.c_proj.weight" ends at byte 106352, the file at 100000.
      file    FOLDER/damaged/model.safetensors
      offset  byte 100000
    "
  `);
});

it("a config with unknown keys, or that is not there", async () => {
  const config = join(folder, "mine.json");
  writeFileSync(config, JSON.stringify({ hidden_sise: 64, training: { learnin_rate: 1 } }));
  expect(await trainError("--config", config)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] FOLDER/mine.json has 2 problems.
      hidden_sise            is no key of a config; did you mean hidden_size?
      training.learnin_rate  is no key of a config; did you mean training.learning_rate?
    "
  `);
  expect(await trainError("--config", "tinny")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] 'tinny' is neither a preset nor a file.
      presets  tiny, tiny-moe, demo, 125M, 125M-moe, 350M, 1.3B, 2.7B, 13B, pythia-14m, pythia-31m, pythia-70m, pythia-160m, pythia-410m, pythia-1b, pythia-1.4b, pythia-2.8b, pythia-6.9b, pythia-12b, gpt-neox-20b, gpt-j-6b, gpt2, gpt2-medium, gpt2-large, gpt2-xl, gpt3-small, gpt3-medium, gpt3-large, gpt3-xl, gpt3-2.7B, gpt3-6.7B, gpt3-13B, gpt3-175B
      try      tiny
    "
  `);
});

it("data that are not there, or shorter than a sample", async () => {
  expect(await trainError("--data", join(folder, "none.txt"))).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/none.txt: there is no such file.
      try  a file, a folder, a pattern such as 'pile/*.jsonl.zst', or - for standard input
    "
  `);
  const short = join(folder, "short.txt");
  writeFileSync(short, "Call me Ishmael.");
  expect(await trainError("--data", short)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the data are shorter than one sample.
      data    17 tokens
      needed  68 for a context of 64 and 5 % held back
      try     --context 16
    "
  `);
});

it("nothing to train on", async () => {
  const out = join(folder, "never");
  expect(await errorOf("train", "--config", "tiny", "--out", out)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] there is nothing to train on.
      try  --data FILE…
      try  "training": { "data": ["FILE"] } in the config
    "
  `);
  expect(namesIn(out)).toEqual([]);
  const empty = join(folder, "empty.jsonl");
  writeFileSync(empty, "\n");
  expect(await trainError("--validation-data", empty)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the data to validate with have nothing to predict.
      files   FOLDER/empty.jsonl
      needed  a document of two tokens or more
      try     --validation-data with other data
      try     no --validation-data, to hold back a part of the data
    "
  `);
  // As `eval` has it: a letter is predicted from nothing of its own.
  for (const document of ['{"text": ""}', '{"text": "x"}', '{"text": "x"}\n{"text": ""}\n']) {
    writeFileSync(empty, document);
    expect(await trainError("--validation-data", empty)).toContain("have nothing to predict.");
  }
  const short = join(folder, "short.txt");
  writeFileSync(short, "Call me Ishmael.");
  const mixed = ["--data", text, "--weight", "1", "--data", short];
  expect(await trainError(...mixed)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the data of FOLDER/short.txt are shorter than one sample.
      data    17 tokens
      needed  68 for a context of 64 and 5 % held back
      try     --context 16
    "
  `);
});

it("a tokenizer that is none, or not the config's", async () => {
  expect(await trainError("--tokenizer", "gpt3")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] --tokenizer is 'gpt3', which is no file either.
      try  --tokenizer gpt2
      try  --tokenizer bytes
      try  --tokenizer FILE, a tokenizer.json
    "
  `);
  const config = join(folder, "named.json");
  const training = { tokenizer: "nowhere.json" };
  writeFileSync(config, JSON.stringify({ vocab_size: 97, training }));
  expect(await trainError("--config", config)).toMatchInlineSnapshot(`
    "config: hidden_size, num_layers: not written: 2048, 24, as in the preset 1.3B
    gpt-neo: [bad-argument] training.tokenizer is 'nowhere.json', which is no file either.
      try  --tokenizer gpt2
      try  --tokenizer bytes
      try  --tokenizer FILE, a tokenizer.json
    "
  `);
  const tokenizer = fixture("tokenizer-json/tiny-plain/tokenizer.json");
  writeFileSync(config, JSON.stringify({ vocab_size: 97, training: { tokenizer } }));
  const misfit = await trainError("--config", config);
  expect(misfit.replace(tokenizer, "TOKENIZER")).toMatchInlineSnapshot(`
    "config: hidden_size, num_layers: not written: 2048, 24, as in the preset 1.3B
    gpt-neo: [bad-argument] the vocabulary does not fit the tokenizer.
      tokenizer  TOKENIZER, 300 ids
      config     vocab_size 97
      try        a larger "vocab_size" in the config
      try        --tokenizer, which sets it to its own
    "
  `);
});

it("a vocabulary that does not fit the tokenizer", async () => {
  const tuned = ["--model", published, "--tokenizer", "bytes"];
  expect(await trainError(...tuned)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the vocabulary does not fit the tokenizer.
      tokenizer  bytes, 257 ids
      model      vocab_size 97
      try        --tokenizer FILE|DIR, the one that the model was made with
      try        data with input_ids
    "
  `);
  expect(await trainError("--model", published)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] FOLDER/text.txt holds text, but there is no tokenizer.
      try  --tokenizer gpt2|bytes|FILE|DIR
      try  data with input_ids
    "
  `);
});

it("meshes and layouts that are none", async () => {
  expect(await trainError("--mesh", "data:0")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-mesh] axis 'data' has size 0: a size is a positive integer.
      try  data:2,model:4
    "
  `);
  expect(await trainError("--mesh", "data")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-mesh] 'data' is not an axis of a mesh.
      try  data:2,model:4
    "
  `);
  const mesh = ["--mesh", "data:2,model:2"];
  expect(await trainError(...mesh, "--layout", "bacth:data,heads:modle")).toMatchInlineSnapshot(`
    "gpt-neo: [unknown-dim] the layout has 2 mistakes.
      mistake  rule bacth -> data: no dimension is called 'bacth'.
      mistake  rule heads -> modle: the mesh has no axis 'modle'.
      dims     batch=8, length=64, memory_length=64, embd=32, heads=4, kv=8, ff=128, vocab=257, position=64
      mesh     data:2,model:2
      try      batch -> data
      try      heads -> model
    "
  `);
  expect(await trainError(...mesh, "--layout", "batch=data")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-rule] 'batch=data' is not a rule.
      try  batch:data,heads:model
    "
  `);
  expect(await trainError(...mesh, "--storage", "embd:rows")).toMatchInlineSnapshot(`
    "gpt-neo: [unknown-axis] rule embd -> rows: the mesh has no axis 'rows'.
      dims  batch=8, length=64, memory_length=64, embd=32, heads=4, kv=8, ff=128, vocab=257, position=64
      mesh  data:2,model:2
    "
  `);
});

it("prompts that the model cannot have", async () => {
  const generate = (...args: readonly string[]) =>
    errorOf("generate", "--model", published, "--mesh", "data:1", ...args);
  expect(await generate("--input-ids", "1,97")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the prompt has 97, which is no id of the model.
      vocabulary  0 to 96
    "
  `);
  expect(await generate("--input-ids", "1,-2")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] --input-ids is '1,-2', not ids with commas between: 1,2,3.
    "
  `);
  expect(await generate("--prompt", "x")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the model's folder has no tokenizer.
      try  --tokenizer gpt2|bytes|FILE|DIR
      try  --input-ids 1,2,3
    "
  `);
  expect(await generate()).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] --prompt, --prompt-file, --prompt-lines, --input-ids or --interactive is missing.
      usage  gpt-neo generate --model DIR --prompt TEXT
      more   gpt-neo generate --help
    "
  `);
});

it("eval of nothing, or with windows that leave ids out", async () => {
  const data = join(folder, "lonely.jsonl");
  writeFileSync(data, '{"input_ids": [5]}\n');
  const evaluate = ["eval", "--model", published, "--data", data, "--mesh", "data:1"];
  expect(await errorOf(...evaluate)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the data have nothing to predict.
      data  FOLDER/lonely.jsonl
    "
  `);
  expect(await errorOf(...evaluate, "--stride", "33")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] --stride 33 would leave out ids.
      try  --stride 32, the model's context, or less
    "
  `);
  writeFileSync(data, '{"input_ids": [5, 97]}\n');
  expect(await errorOf(...evaluate)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/lonely.jsonl:1: the id 97 is not in the vocabulary of 97.
      at   FOLDER/lonely.jsonl:1, byte 0
      try  --tokenizer, the one that made the ids: a new model takes its vocabulary
    "
  `);
});

const tiny = ["--config", "tiny", "--data", text, "--context", "16", "--mesh", "data:1"];

it("a used folder is not written over", async () => {
  const out = join(folder, "used");
  const run = [...tiny, "--out", out, "--save-every", "1", "--runtime", "simulator"];
  expect((await callHere("train", ...run, "--steps", "2")).code).toBe(0);
  const before = contentsOf(out);
  const again = [...tiny, "--out", out, "--save-every", "1", "--steps", "3"];
  expect(await errorOf("train", ...again)).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] FOLDER/used holds a run already.
      try  --resume, to go on with it
      try  --out with another folder
    "
  `);
  expect(contentsOf(out)).toEqual(before);
  // Nor is it where a run goes on with what does not fit.
  const missing = join(folder, "none.txt");
  const other = ["--config", "tiny", "--data", missing, "--out", out, "--resume"];
  await errorOf("train", ...other);
  expect(contentsOf(out)).toEqual(before);
  const demo = ["--config", "demo", "--data", text, "--out", out, "--resume", "--mesh", "data:1"];
  const error = await errorOf("train", ...demo);
  expect(error.slice(error.indexOf("gpt-neo:"))).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the config is not of the model that the run has trained.
      checkpoint               FOLDER/used/checkpoints/step-2
      attention_types          [[["global","local"],1]] -> [[["local","global"],2]]
      hidden_size              32 -> 128
      max_position_embeddings  64 -> 128
      num_layers               2 -> 4
      window_size              16 -> 8
      try                      what the run was begun with, which it remembers: --resume alone
      try                      --out with another folder, to train another model
    "
  `);
  expect(contentsOf(out)).toEqual(before);
  // Other data are named.
  writeFileSync(text, someText(4400));
  const { code, stderr } = await callHere("train", ...again, "--resume", "--runtime", "simulator");
  writeFileSync(text, someText(4000));
  expect(code).toBe(0);
  expect(stderr).toContain("changed since: data_tokens: 4001 -> 4401\n");
});

it("a checkpoint that is damaged is an error, and stays for whoever wants to look", async () => {
  const out = join(folder, "broken");
  const run = [...tiny, "--out", out, "--steps", "2", "--runtime", "simulator"];
  expect((await callHere("train", ...run)).code).toBe(0);
  const part = join(out, "checkpoints", "step-2", "device-0.safetensors");
  truncateSync(part, 2000);
  const before = contentsOf(out);
  const again = [...tiny, "--out", out, "--steps", "3", "--resume"];
  const error = await errorOf("train", ...again);
  expect(error.slice(error.indexOf("gpt-neo:"))).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/broken/checkpoints/step-2/device-0.safetensors is damaged: it has 2000 bytes, not the 434140 that were written.
      file    FOLDER/broken/checkpoints/step-2/device-0.safetensors
      offset  byte 2000
      try     --model FOLDER/broken and --out with another folder, to train its weights further with a fresh optimizer
    "
  `);
  expect(contentsOf(out)).toEqual(before);
});

// Files may not grow beyond a limit, which writing meets as it meets a full disk. The model of
// `tiny` takes some 140 KB, its checkpoint three times that.
it.each([
  ["the model", 100],
  ["the checkpoint", 300],
])("a limit of files that saving %s meets leaves whole files", async (what, kilobytes) => {
  const out = join(folder, `full-${kilobytes}`);
  const run = [...tiny, "--out", out, "--save-every", "2"];
  expect((await callHere("train", ...run, "--steps", "2", "--runtime", "simulator")).code).toBe(0);
  const before = contentsOf(out);
  const limited = ["bash", "-c", `ulimit -f ${kilobytes} && exec "$@"`, "bash"];
  const again = ["train", ...run, "--steps", "4", "--resume", "--runtime", "simulator"];
  const { code, stderr } = await start(again, limited).done;
  expect(code).toBe(1);
  const message = stderr.slice(stderr.indexOf("gpt-neo:")).replaceAll(folder, "FOLDER");
  expect(message).toMatch(/a file may not be as large on this disk, or for this user \(EFBIG\)/);
  expect(message).toMatch(what === "the model" ? /\/model\.safetensors/ : /\/checkpoints\/step-4/);
  const after = contentsOf(out);
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [file, content] of before) {
    // Its steps are taken by then, with what they were taken with.
    const changes =
      /(log\.jsonl|run\.json)$/.test(file) || (what === "the checkpoint" && /model\.s/.test(file));
    if (!changes) expect(after.get(file)).toBe(content);
  }
  // With space again, it goes on.
  expect(
    (await callHere("train", ...run, "--steps", "4", "--resume", "--runtime", "simulator")).code,
  ).toBe(0);
  expect(logOf(out).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
});
