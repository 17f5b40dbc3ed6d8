import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { MtfError } from "mtf";
import { describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { callHere, resultOf, temporaryFolder } from "../../test/support/cli.ts";
import { fixture } from "../../test/support/expected.ts";
import { someText } from "../../test/support/runs.ts";
import { openEvents } from "../tensorboard/log.ts";
import { type Inspected, inspect } from "./inspect.ts";

const folder = temporaryFolder();
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const seen = async (path: string): Promise<Inspected> =>
  resultOf<Inspected>(await callHere("inspect", path, "--json"));
const error = async (path: string): Promise<string> =>
  (await callHere("inspect", path)).stderr.replaceAll(folder, "…");

describe("weights", () => {
  it.each([
    ["weights/safetensors/one", "safetensors"],
    ["weights/safetensors/one/model.safetensors", "safetensors"],
    ["weights/safetensors/sharded", "safetensors"],
    ["weights/safetensors/sharded/model.safetensors.index.json", "safetensors"],
    ["weights/pytorch/bin/pytorch_model.bin", "pytorch"],
    ["weights/pytorch/bin_sharded", "pytorch"],
    ["weights/tensorflow/bfloat16", "tensorflow"],
    ["weights/tensorflow/bfloat16/model.ckpt-0", "tensorflow"],
    ["weights/tensorflow/bfloat16/model.ckpt-0.index", "tensorflow"],
  ])("%s is %s", async (name, format) => {
    const { kind, weights } = await seen(fixture(name));
    expect(kind).toBe("weights");
    expect(weights).toMatchObject({ format });
    expect(weights!.tensors.length).toBeGreaterThan(10);
    const sizes = weights!.tensors.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    expect(weights!.parameters).toBe(sizes.reduce((a, b) => a + b));
  });

  it("are told with metadata, and beside their config", async () => {
    const { weights, config } = await seen(fixture("weights/safetensors/one"));
    expect(weights!.metadata).toEqual({ format: "pt" });
    expect(weights!.bytes).toBe(4 * weights!.parameters);
    expect(weights!.tensors).toContainEqual({
      name: "transformer.wte.weight",
      dtype: "F32",
      shape: [97, 32],
    });
    expect(config).toMatchObject({ format: "gpt-neo", config: { hidden_size: 32 } });
    // It says nothing of training, so neither does this.
    expect(config!.config).not.toHaveProperty("training");
  });

  it("are a table for people", async () => {
    const { code, stdout } = await callHere("inspect", fixture("weights/tensorflow/bfloat16"));
    expect(code).toBe(0);
    expect(stdout).toMatch(/model\.ckpt-0\.index: weights \(tensorflow\)\n {2}global_step +I64/);
    expect(stdout).toMatch(/\n {2}\d+ tensors, [\d,]+ numbers, [\d,]+ bytes\n/);
  });
});

describe("data", () => {
  it.each([
    ["data/plain.jsonl", "jsonl"],
    ["data/list.json", "json"],
    ["packed/one-frame.jsonl.zst", "jsonl"],
    ["packed/plain.jsonl.gz", "jsonl"],
    ["data/one.txt", "txt"],
    ["tfrecords/plain0.tfrecords", "tfrecords"],
    ["mmididx/u16.bin", "bin"],
    ["mmididx/u16.idx", "bin"],
    ["mmididx/u16", "bin"],
  ])("%s is %s", async (name, format) => {
    const { kind, data } = await seen(fixture(name));
    expect(kind).toBe("data");
    expect(data!.files[0]).toMatchObject({ format });
    expect(data!.documents).toBeGreaterThan(0);
  });

  it("are told by content where the name is silent", async () => {
    const lines = write("lines", '{"text":"a"}\n{"text":"b"}\n');
    expect((await seen(lines)).data).toMatchObject({ documents: 2, files: [{ format: "jsonl" }] });
  });
});

it("lists a folder's files of data in the order that people count in, and what it leaves out", async () => {
  const data = join(folder, "listing");
  for (const name of ["deep", ".git", "empty"]) mkdirSync(join(data, name), { recursive: true });
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "a2.txt": "One.\n",
    "a10.txt": "Ten.\n",
    "deep/b.jsonl.gz": gzipSync('{"text":"x"}\n{"input_ids":[1,2,3]}\n'),
    ".git/HEAD.txt": "no data",
    "notes.md": "no data",
  };
  for (const [name, content] of Object.entries(files)) write(`listing/${name}`, content);
  symlinkSync("/nowhere", join(data, "gone.txt"));
  const { kind, data: found } = await seen(data);
  expect(kind).toBe("data");
  const size = files["deep/b.jsonl.gz"]!.length;
  expect(found).toEqual({
    kind: "data",
    files: [
      { file: join(data, "a2.txt"), format: "txt", bytes: 5, documents: 1, characters: 5 },
      { file: join(data, "a10.txt"), format: "txt", bytes: 5, documents: 1, characters: 5 },
      {
        file: join(data, "deep/b.jsonl.gz"),
        ...{ format: "jsonl", bytes: size, documents: 2, characters: 1, tokens: 3 },
      },
    ],
    documents: 4,
    leftOut: [
      `left out ${join(data, ".git")}: hidden`,
      `left out ${join(data, "gone.txt")}: a link to nothing`,
      `left out ${join(data, "notes.md")}: no known format`,
    ],
  });
  const { stdout } = await callHere("inspect", data);
  expect(stdout.replaceAll(folder, "…").replace(`${size} bytes`, "N bytes")).toMatchInlineSnapshot(`
    "…/listing: data
      a2.txt           txt    5 bytes   1 document   5 characters
      a10.txt          txt    5 bytes   1 document   5 characters
      deep/b.jsonl.gz  jsonl  N bytes  2 documents  1 character, 3 tokens
      3 files, 4 documents
      left out …/listing/.git: hidden
      left out …/listing/gone.txt: a link to nothing
      left out …/listing/notes.md: no known format

    "
  `);
});

it("tells data by a pattern, and a preset by its name", async () => {
  const { kind, data } = await seen(fixture("tfrecords/tiny_*_4.tfrecords"));
  expect(kind).toBe("data");
  expect(data!.files).toHaveLength(3);
  expect((await seen("125M")).config).toMatchObject({ format: "preset", file: "125M" });
});

it("tells tokenizers", async () => {
  const { kind, tokenizer } = await seen(fixture("tokenizer-json/tiny-plain/tokenizer.json"));
  expect(kind).toBe("tokenizer");
  expect(tokenizer).toMatchObject({ name: "json", vocabSize: 300, merges: 43 });
  expect((await seen(fixture("tokenizer-json/tiny-plain"))).kind).toBe("tokenizer");
});

it("tells configs, whatever their names are, with what became of their keys", async () => {
  expect((await seen(fixture("config/tiny.json"))).kind).toBe("config");
  const { kind, config } = await seen(fixture("weights/tensorflow/adam/model.json"));
  expect(kind).toBe("config");
  expect(config).toMatchObject({ format: "original", config: { model_type: "gpt_neo" } });
  expect(config!.config).toHaveProperty("training.batch_size");
  expect(Object.keys(config!.notes)).toContain("activation_function");
});

it("tells configs of NeoX, in two files, too", async () => {
  const files = ["small", "local"].map((name) => fixture(`config/neox/${name}.yml`)).join(",");
  expect((await seen(files)).config).toMatchObject({ format: "neox", config: { num_layers: 12 } });
  const { stdout } = await callHere("inspect", files);
  expect(stdout).toMatch(/\n {4}\S*small\.yml:40 data_impl: what files hold, they tell themselves/);
});

it("tells what a config asks for that the model does not have", async () => {
  const file = join(folder, "alibi.yml");
  const sizes = "num_layers: 2\nhidden_size: 64\nnum_attention_heads: 4\n";
  writeFileSync(file, `${sizes}max_position_embeddings: 64\npos_emb: alibi\nrotary_pct: 0.25\n`);
  const { config } = await seen(file);
  expect(config!.config).toMatchObject({ architecture: { pos_emb: "alibi", rotary_pct: 0.25 } });
  expect(config!.notes.pos_emb).toBe('is "alibi"; the model has "learned", a table of positions');
});

it("tells runs", async () => {
  const data = write("text.txt", someText(4000));
  const out = join(folder, "run");
  const options = ["--config", "tiny", "--context", "16", "--batch-size", "2", "--steps", "3"];
  const where = ["--runtime", "simulator", "--mesh", "data:1", "--json"];
  resultOf(await callHere("train", "--data", data, "--out", out, ...options, ...where));
  const found = await seen(out);
  expect(found.kind).toBe("run");
  expect(found.run).toMatchObject({ step: 3, checkpoints: [3], settings: { data: [data] } });
  expect(found.run!.last.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(found.weights!.tensors.length).toBeGreaterThan(10);
  expect(found.tokenizer).toMatchObject({ name: "bytes" });
  const { stdout } = await callHere("inspect", out);
  expect(stdout).toMatch(
    /: a run\n {2}steps {8}3\n {2}checkpoints {2}3\n {2}last steps\n {4}step {2}loss/,
  );
  const checkpoint = await seen(join(out, "checkpoints", "step-3"));
  expect(checkpoint.weights).toMatchObject({ format: "checkpoint", metadata: { step: 3 } });
  expect((await seen(join(out, "log.jsonl"))).run).toMatchObject({ step: 3 });
});

describe("events for TensorBoard", () => {
  it("are told by tag, with their last values", async () => {
    const found = await seen(fixture("tfevents/tf1_filewriter.tfevents"));
    expect(found.kind).toBe("events");
    expect(found.events).toMatchObject({ events: 14, others: [] });
    const { stdout } = await callHere("inspect", fixture("tfevents/tf1_filewriter.tfevents"));
    expect(stdout.slice(stdout.indexOf("\n"))).toMatchInlineSnapshot(`
      "
        files    1
        records  14
        written  2020-09-13T12:26:40.250Z to 2026-11-22T06:53:04.000Z
        scalars
          tag         values  last step      last value
          eval/loss   1       300            1.4013e-45
          grads/norm  1       10             0
          loss        6       1099511627776  0.1
          lr          2       1              0.0006
          neg         1       5              -2.5
          two/a       1       11             1
          two/b       1       11             2
          é/中         1       3              1.5

      "
    `);
  });

  it("of a run that was resumed are told once", async () => {
    const out = join(folder, "events");
    mkdirSync(out);
    const before = openEvents(out, { now: () => 1_600_000_000_000 });
    for (const step of [1, 2, 3, 4]) before.append(step, [["loss", step]]);
    before.close();
    const after = openEvents(out, { now: () => 1_600_000_060_000, after: 2 });
    after.append(3, [["loss", Number.NaN]]);
    after.close();
    const { kind, events } = await seen(out);
    expect(kind).toBe("events");
    expect(events!.files).toEqual([before.file, after.file]);
    expect(events).toMatchObject({
      from: "2020-09-13T12:26:40.000Z",
      to: "2020-09-13T12:27:40.000Z",
      scalars: { loss: { count: 3, step: 3, value: "NaN" } },
    });
  });
});

describe("errors", () => {
  it("say what was looked for", async () => {
    expect(await error(join(folder, "nowhere"))).toBe(
      "gpt-neo: [bad-file] there is no file or folder …/nowhere.\n",
    );
    mkdirSync(join(folder, "empty"));
    expect(await error(join(folder, "empty"))).toMatchInlineSnapshot(`
      "gpt-neo: [bad-argument] …/empty is nothing that is known here.
        looked for run        run.json, log.jsonl, checkpoints
        looked for weights    model.safetensors, pytorch_model.bin, their .index.json, *.index, *.safetensors
        looked for config     config.json
        looked for tokenizer  tokenizer.json, vocab.json
        looked for data       *.txt, *.jsonl, *.jsonlines, *.ndjson, *.json, *.tfrecords, *.tfrecord, *.bin, *.idx, each also .gz and .zst
        looked for events     *tfevents*
      "
    `);
    expect(await error(write("prose.md", "# Words\n"))).toMatchInlineSnapshot(`
      "gpt-neo: [bad-argument] …/prose.md is nothing that is known here.
        looked for weights    safetensors, a zip or pickle of PyTorch, an index, a TensorFlow checkpoint
        looked for data       the endings .txt, .jsonl, .jsonlines, .ndjson, .json, .tfrecords, .tfrecord, .bin, .idx, each also .gz and .zst
        looked for tokenizer  a tokenizer.json, a vocab.json with its merges.txt
        looked for config     JSON of ours, of Hugging Face or of GPT-Neo, .yml of NeoX
        looked for events     what TensorBoard's writers write
      "
    `);
  });

  it("are told of real files that were damaged in any way", async () => {
    const real = [
      "weights/safetensors/one/model.safetensors",
      "weights/tensorflow/bfloat16/model.ckpt-0.index",
      "tokenizer-json/tiny-plain/tokenizer.json",
      "tfrecords/plain0.tfrecords",
      "packed/one-frame.jsonl.zst",
      "config/neox/small.yml",
      "config/tiny.json",
      "tfevents/tf1_filewriter.tfevents",
    ].map((name) => [name.slice(name.indexOf(".")), readFileSync(fixture(name))] as const);
    const change = fc.record({
      file: fc.constantFrom(...real),
      at: fc.nat({ max: 3000 }),
      byte: fc.nat({ max: 255 }),
      kind: fc.constantFrom("flip", "cut", "repeat", "extreme"),
      named: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ file: [ending, bytes], at, byte, kind, named }) => {
        const place = at % bytes.length;
        const copy = Buffer.from(bytes);
        if (kind === "flip") copy[place] = byte;
        if (kind === "extreme") copy.subarray(place, place + 8).fill(255);
        const content =
          kind === "cut"
            ? copy.subarray(0, place)
            : kind === "repeat"
              ? Buffer.concat([copy.subarray(0, place), copy])
              : copy;
        const path = write(named ? `mutated${ending}` : "mutated", content);
        await inspect(path).catch((caught: unknown) => {
          if (!(caught instanceof MtfError) || caught.code === "internal") throw caught;
        });
      }),
      { numRuns: draws(300) },
    );
  });

  it("name what is damaged", async () => {
    expect(await error(fixture("weights/pytorch/legacy_not_zip.bin"))).toMatch(
      /^gpt-neo: \[bad-file\]/,
    );
    expect(await error(fixture("packed/truncated.jsonl.zst"))).toMatch(/^gpt-neo: \[bad-file\]/);
  });
});
