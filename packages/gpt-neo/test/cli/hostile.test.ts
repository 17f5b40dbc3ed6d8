import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Called, callHere, callWith, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";
import { namesIn, someText } from "../support/runs.ts";

// Files that are damaged, or were made to do harm, given to every command that reads such files.

const folder = temporaryFolder();
const one = ["--mesh", "data:1", "--runtime", "simulator"];
const model = join(folder, "model");
beforeAll(async () => {
  const text = join(folder, "text.txt");
  writeFileSync(text, someText(2000));
  const short = ["--steps", "1", "--batch-size", "1", "--context", "16"];
  const made = await callHere(
    ...["train", "--config", "tiny", "--data", text, "--out", model, ...short, ...one],
  );
  expect(made.code).toBe(0);
});

/** A new file with that content. */
function write(name: string, content: string | Uint8Array): string {
  const file = join(mkdtempSync(join(folder, "file-")), name);
  writeFileSync(file, content);
  return file;
}

/** What every refusal has: a sentence with the file, a place and a reason, and nothing else. */
function checkRefusal({ code, stdout, stderr }: Called, file: string, place: RegExp): void {
  expect(code).toBe(1);
  expect(stdout).toBe("");
  const error = stderr.slice(stderr.indexOf("gpt-neo: "));
  expect(error).toMatch(/^gpt-neo: \[bad-(file|argument|checkpoint)\] \S/);
  expect(error).toContain(file);
  expect(error).toMatch(place);
  expect(error).not.toMatch(/^ +at .*:\d+:\d+\)?$|\bundefined\b|\[object /m);
  expect(error.length).toBeLessThan(3000);
}

const damagedData: readonly string[] = [
  ...["bad-checksum", "bad-magic", "corrupt-middle", "garbage-after-frame"].map(
    (name) => `packed/${name}.jsonl.zst`,
  ),
  ...["reserved-block-type", "truncated", "window-too-large"].map(
    (name) => `packed/${name}.jsonl.zst`,
  ),
  "packed/truncated.jsonl.gz",
  "data/bad-line.jsonl",
  "data/invalid-utf8.txt",
  ...readdirSync(fixture("mmididx/hostile"))
    .filter((name) => name.endsWith(".idx") && name !== "trailing-bytes.idx")
    .map((name) => `mmididx/hostile/${name}`),
];

/** Damage to files that are sound, by how it is done. */
const made: readonly (readonly [name: string, file: () => string])[] = [
  ["a record cut short", () => cut("tfrecords/plain0.tfrecords", -5)],
  ["a record's flipped bit", () => flipped("tfrecords/plain0.tfrecords", 40)],
  ["a record's length flipped", () => flipped("tfrecords/plain0.tfrecords", 3)],
  ["a gzip's flipped bit", () => flipped("packed/plain.jsonl.gz", 900)],
  ["a gzip without its end", () => cut("packed/members.jsonl.gz", -4)],
  ["an empty gzip", () => write("a.jsonl.gz", "")],
  ["lines that are no objects", () => write("a.jsonl", "3\n")],
  ["lists without end", () => write("a.jsonl", "[".repeat(1e6))],
  ["a line with other keys", () => write("a.jsonl", '{"txet":"a"}\n')],
  ["ids that are none", () => write("a.jsonl", '{"input_ids":[1,-1]}\n')],
  ["a tar", () => write("a.tar", "x")],
  ["a zip", () => write("a.zip", "PK")],
  ["a name that says nothing", () => write("a.dat.zst", "x")],
];

function cut(name: string, end: number): string {
  return write(name.replace(/.*\//, ""), readFileSync(fixture(name)).subarray(0, end));
}

function flipped(name: string, at: number): string {
  const bytes = readFileSync(fixture(name));
  bytes[at]! ^= 4;
  return write(name.replace(/.*\//, ""), bytes);
}

describe.each<readonly [string, () => string]>([
  ...damagedData.map((name) => [name, () => fixture(name)] as const),
  ...made,
])("%s", (_, file) => {
  const place = /byte \d+|its name tells no format|holds ids|nothing that is known/;
  const command: Readonly<Record<string, (path: string, out: string) => readonly string[]>> = {
    tokenize: (path, out) => [
      ...["tokenize", "--data", path, "--out", out, "--output-format", "bin", "--workers", "0"],
      ...["--tokenizer", "bytes"],
    ],
    train: (path, out) => ["train", "--config", "tiny", "--data", path, "--out", out, ...one],
    "tokenizer train": (path, out) => [
      ...["tokenizer", "train", "--data", path, "--vocab-size", "300", "--out", out],
    ],
    eval: (path) => ["eval", "--model", model, "--data", path, ...one],
    inspect: (path) => ["inspect", path],
  };

  it.each(Object.entries(command))("%s names file, byte and reason", async (_, argsOf) => {
    const path = file();
    const out = join(mkdtempSync(join(folder, "out-")), "out");
    checkRefusal(await callHere(...argsOf(path, out)), path.replace(/\.(idx|bin)$/, ""), place);
    // Only what the same call of tokenize would go on from.
    expect(namesIn(out).filter((name) => !/\.part$|^text_document\.json$/.test(name))).toEqual([]);
  });

  it("cat writes whole documents before it, and no part of one", async () => {
    const path = file();
    const { stdout, ...rest } = await callHere("cat", path);
    checkRefusal({ ...rest, stdout: "" }, path.replace(/\.(idx|bin)$/, ""), place);
    for (const line of stdout.split("\n").slice(0, -1)) JSON.parse(line);
    expect(stdout === "" || stdout.endsWith("\n")).toBe(true);
  });
});

it("cat writes nothing of a large text that breaks off", async () => {
  const file = write("a.txt", Buffer.concat([Buffer.from(someText(1e6)), Uint8Array.of(0xff)]));
  const { code, stdout, stderr } = await callHere("cat", file);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("byte 1000000");
});

describe("weights", () => {
  const hostile = fixture("../../../mtf/test/fixtures/safetensors-hostile");
  const config = fixture("weights/safetensors/one/config.json");
  const place = /byte \d+|tensor|transformer\.wte\.weight|there is no such file/;

  /** A model's folder with that file of weights. */
  function modelWith(name: string, content: string | Uint8Array): string {
    const file = write(name, content);
    copyFileSync(config, join(file, "..", "config.json"));
    return join(file, "..");
  }

  async function checkAll(path: string, name: string): Promise<void> {
    const out = join(mkdtempSync(join(folder, "out-")), "out");
    const calls = [
      ["convert", "--from", path, "--to", out],
      ["generate", "--model", path, "--input-ids", "1", ...one],
    ];
    for (const args of calls) checkRefusal(await callHere(...args), name, place);
    expect(namesIn(join(out, ".."))).toEqual([]);
  }

  it.each(readdirSync(hostile).filter((name) => name.endsWith(".safetensors")))(
    "%s",
    async (name) => {
      const path = modelWith("model.safetensors", readFileSync(join(hostile, name)));
      await checkAll(path, "model.safetensors");
      const { code, stdout, ...rest } = await callHere("inspect", join(path, "model.safetensors"));
      // Some are sound, only of another model.
      if (code === 1) checkRefusal({ code, stdout, ...rest }, "model.safetensors", /byte \d+/);
    },
  );

  const bin = readFileSync(fixture("weights/pytorch/bin/pytorch_model.bin"));
  const pickle = (bytes: Buffer): Buffer => {
    // In the place of the first bytes of data.pkl, within its entry.
    const at = bin.indexOf(Buffer.from("8002", "hex"));
    return Buffer.concat([bin.subarray(0, at), bytes, bin.subarray(at + bytes.length)]);
  };
  it.each<[string, string, string | Uint8Array]>([
    ["a zip cut short", "pytorch_model.bin", bin.subarray(0, 100_000)],
    ["a zip of nothing", "pytorch_model.bin", bin.subarray(0, 4)],
    ["a file of nothing", "pytorch_model.bin", ""],
    [
      "the format from before 1.6",
      "pytorch_model.bin",
      readFileSync(fixture("weights/pytorch/legacy_not_zip.bin")),
    ],
    [
      "a pickle that calls",
      "pytorch_model.bin",
      pickle(Buffer.from("8002cposix\nsystem\n", "latin1")),
    ],
    ["a pickle of marks", "pytorch_model.bin", pickle(Buffer.alloc(2000, "("))],
    ["a pickle of tuples in tuples", "pytorch_model.bin", pickle(Buffer.alloc(2000, 0x85))],
    ["an index that is no JSON", "model.safetensors.index.json", '{"weight_map": {'],
    [
      "an index that leads elsewhere",
      "model.safetensors.index.json",
      '{"weight_map":{"a":"../b"}}',
    ],
    ["an index of nothing", "model.safetensors.index.json", '{"weight_map":{}}'],
    [
      "an index of lists",
      "pytorch_model.bin.index.json",
      `{"weight_map":{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`,
    ],
    ["an index without files", "pytorch_model.bin.index.json", '{"weight_map":{"a":"b.bin"}}'],
  ])("%s", async (_, name, content) => {
    const path = modelWith(name, content);
    await checkAll(path, path);
    checkRefusal(await callHere("inspect", join(path, name)), path, /byte \d+|no such file/);
  });

  const bundle = "weights/tensorflow/global_local";
  it.each<[string, string, (bytes: Buffer) => Buffer]>([
    ["an index cut short", "model.ckpt-0.index", (bytes) => bytes.subarray(0, -20)],
    ["an index of nothing", "model.ckpt-0.index", () => Buffer.alloc(0)],
    ["data cut short", "model.ckpt-0.data-00000-of-00001", (bytes) => bytes.subarray(0, 1000)],
    [
      "data with a flipped bit",
      "model.ckpt-0.data-00000-of-00001",
      (bytes) => {
        const copy = Buffer.from(bytes);
        copy[copy.length - 5]! ^= 1;
        return copy;
      },
    ],
  ])("%s", async (what, damaged, change) => {
    const path = mkdtempSync(join(folder, "bundle-"));
    for (const name of readdirSync(fixture(bundle))) {
      const bytes = readFileSync(join(fixture(bundle), name));
      if (!name.endsWith(".safetensors")) {
        writeFileSync(join(path, name), name === damaged ? change(bytes) : bytes);
      }
    }
    await checkAll(path, path);
    // Numbers are not read by who only wants their names.
    if (what.startsWith("data with")) return;
    checkRefusal(await callHere("inspect", join(path, "model.ckpt-0.index")), path, /byte \d+/);
  });

  it("a checkpoint whose index lies", async () => {
    const checkpoint = join(model, "checkpoints", "step-1");
    const index = readFileSync(join(checkpoint, "checkpoint.json"), "utf8");
    for (const lie of [
      index.slice(0, 200),
      index.replace("{", "[".repeat(1e5)),
      '{"format":"mtf-checkpoint","version":1}',
      '{"format":"mtf-checkpoint","version":1,"tensors":{"a":null}}',
      index.replaceAll(/"device-0.safetensors"/g, '"../../../secret"'),
      index.replace(/"size": (\d+)/, '"size": 9007199254740991'),
    ]) {
      const path = mkdtempSync(join(folder, "checkpoint-"));
      writeFileSync(join(path, "checkpoint.json"), lie);
      checkRefusal(await callHere("inspect", path), path, /byte \d+/);
    }
  });
});

describe("tokenizers", () => {
  const good = readFileSync(fixture("tokenizer-json/tiny-plain/tokenizer.json"), "utf8");
  const nested = `${"[".repeat(1e5)}${"]".repeat(1e5)}`;
  it.each<[string, string]>([
    ["nothing", ""],
    ["null", "null"],
    ["no JSON", good.slice(0, 3000)],
    ["lists without end", "[".repeat(1e6)],
    ["lists within lists", good.replace('"pre_tokenizer": {', `"pre_tokenizer": {"a": ${nested},`)],
    [
      "a pattern that is none",
      good.replace(
        /"pre_tokenizer": \{/,
        '"pre_tokenizer": {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated","invert":false},{"type":"ByteLevel"}]},"b":{',
      ),
    ],
    ["an id beyond all", good.replace(/"id": \d+/, '"id": 1e15')],
    ["another model", good.replace('"BPE"', '"Unigram"')],
    ["bytes", "\0".repeat(100)],
  ])("%s", async (_, text) => {
    const file = write("tokenizer.json", text);
    const place = /byte \d+|\bat +[a-z_]+/;
    const lines = '"a"\n';
    for (const name of [file, join(file, "..")]) {
      checkRefusal(await callWith(lines, "tokenizer", "encode", "--tokenizer", name), file, place);
      checkRefusal(
        await callWith("[1]\n", "tokenizer", "decode", "--tokenizer", name),
        file,
        place,
      );
      checkRefusal(await callHere("inspect", name), file, place);
    }
    const out = join(folder, "no-tokens");
    const args = ["tokenize", "--data", join(folder, "text.txt"), "--output-format", "bin"];
    checkRefusal(await callHere(...args, "--tokenizer", file, "--out", out), file, place);
    expect(namesIn(out)).toEqual([]);
  });

  it("a vocabulary that is none", async () => {
    for (const text of ["", "null", "{", '{"a": 1}', "[".repeat(1e6)]) {
      const file = write("vocab.json", text);
      const path = join(file, "..");
      checkRefusal(await callWith("", "tokenizer", "encode", "--tokenizer", path), file, /vocab/);
      checkRefusal(await callHere("inspect", file), file, /vocab/);
    }
  });

  it("lines on standard input", async () => {
    for (const [command, line, reason] of [
      ["encode", '{"a":1}', "neither a JSON text"],
      ["encode", "{", "not JSON"],
      ["decode", '"a"', "neither a list of ids"],
      ["decode", "[1.5]", "neither a list of ids"],
      ["decode", "[".repeat(1e6), "not JSON"],
    ] as const) {
      const { code, stderr } = await callWith(
        `\n${line}\n`,
        "tokenizer",
        command,
        "--tokenizer",
        "bytes",
      );
      expect(code).toBe(1);
      expect(stderr).toContain(`standard input, line 2 is ${reason}`);
    }
  });
});

describe("configs", () => {
  const bomb = `a0: &a0 [x,x,x,x,x,x,x,x]\n${Array.from(
    { length: 12 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(",")}]`,
  ).join("\n")}\n`;
  it.each<[string, string, string]>([
    ["nothing", "config.json", ""],
    ["no JSON", "config.json", '{"hidden_size": 3,,}'],
    ["lists without end", "config.json", "[".repeat(1e6)],
    ["objects within objects", "config.json", '{"hidden_size":'.repeat(1e5)],
    [
      "a whole value as deep",
      "config.json",
      `{"hidden_size":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
    ],
    ["keys of nobody", "config.json", '{"hidden_sise": 1}'],
    ["the original's, cut", "gpt.json", '{"n_embd": 3, "n_head": '],
    ["the original's, wrong", "gpt.json", '{"n_embd": "wide"}'],
    ["aliases that unfold without end", "a.yml", bomb],
    ["YAML that is a list", "a.yml", "- a\n"],
    ["YAML without end", "a.yml", "[".repeat(1e5)],
    ["YAML with tabs", "a.yml", "\ta: [1\n"],
  ])("%s", async (_, name, text) => {
    const file = write(name, text);
    const out = join(folder, "never");
    const place = /\S:\d+|byte \d+|not JSON|problem|is missing|cannot hold|cannot be read/;
    const train = ["train", "--data", join(folder, "text.txt"), "--out", out, ...one];
    checkRefusal(await callHere(...train, "--config", file), file, place);
    expect(namesIn(out)).toEqual([]);
    checkRefusal(await callHere("inspect", file), file, place);
  });
});

it("files of events", async () => {
  for (const file of [
    cut("tfevents/tf1_filewriter.tfevents", -3),
    flipped("tfevents/tf1_filewriter.tfevents", 9),
    flipped("tfevents/tf1_filewriter.tfevents", 100),
  ]) {
    checkRefusal(await callHere("inspect", file), file, /byte \d+/);
  }
});

it("a run's log", async () => {
  const path = join(folder, "a-run");
  mkdirSync(path);
  writeFileSync(join(path, "log.jsonl"), '{"step":1,"loss":2}\nnothing\n{"step":2,"loss":2}\n');
  checkRefusal(await callHere("inspect", path), join(path, "log.jsonl"), /line 2/);
});
