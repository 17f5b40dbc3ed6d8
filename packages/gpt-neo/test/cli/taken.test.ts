import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { callHere, temporaryFolder } from "../support/cli.ts";
import { fixture } from "../support/expected.ts";
import { contentsOf, namesIn, someText } from "../support/runs.ts";

// What lies where a command is to write, and is not its own, stays as it is.

const folder = temporaryFolder();
const published = fixture("weights/safetensors/one");
const text = join(folder, "text.txt");
const ids = join(folder, "ids.jsonl");
const model = join(folder, "model");
beforeAll(() => {
  writeFileSync(text, someText(3000));
  const input_ids = Array.from({ length: 500 }, (_, i) => (i * i) % 97);
  writeFileSync(ids, JSON.stringify({ input_ids }));
  cpSync(published, model, { recursive: true });
});

const quick = ["--steps", "1", "--batch-size", "1", "--context", "16", "--mesh", "data:1"];
const simulated = [...quick, "--runtime", "simulator"];
const tiny = ["train", "--config", "tiny", "--data", text, ...simulated];

/** A folder with these files. */
function holding(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(folder, "held-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** The error of a call that leaves a folder as it was. */
async function refusal(path: string, ...args: readonly string[]): Promise<string> {
  const before = contentsOf(path);
  const beside = namesIn(folder);
  const { code, stdout, stderr } = await callHere(...args);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(contentsOf(path)).toEqual(before);
  expect(namesIn(folder)).toEqual(beside);
  const error = stderr.slice(stderr.indexOf("gpt-neo:"));
  return error.replaceAll(path, "HELD").replaceAll(folder, "FOLDER");
}

describe("train", () => {
  it("leaves the model it starts from, and what it says instead works", async () => {
    const train = (out: string) => ["train", "--model", model, "--data", ids, "--out", out];
    expect(await refusal(model, ...train(model), ...simulated)).toMatchInlineSnapshot(`
      "gpt-neo: [bad-argument] HELD holds files that no run has written.
        holds  config.json, model.safetensors
        try    --out HELD-tuned
      "
    `);
    expect(await refusal(model, ...train(`${model}/`), ...simulated, "--resume")).toContain(
      "try    --out HELD-tuned",
    );
    const before = process.cwd();
    try {
      process.chdir(model);
      for (const here of [".", "./"]) {
        const beside = join("..", "model-tuned");
        expect(await refusal(model, ...train(here), ...simulated)).toContain(`--out ${beside}\n`);
      }
    } finally {
      process.chdir(before);
    }
    const { code } = await callHere(...train(`${model}-tuned`), ...simulated);
    expect(code).toBe(0);
  });

  it.each([
    ["config.json", "{}"],
    ["tokenizer.json", "{}"],
    ["log.jsonl", "a log of something else\n"],
    ["run.json", '{"format":"run"}'],
    ["notes.md", "# Mine\n"],
  ])("leaves a folder with somebody's %s", async (name, content) => {
    const held = holding({ [name]: content });
    for (const more of [[], ["--resume"]]) {
      const error = await refusal(held, ...tiny, "--out", held, ...more);
      expect(error).toContain(`holds files that no run has written.\n  holds  ${name}\n`);
      expect(error).toContain("try    --out HELD/run\n");
    }
    expect((await callHere(...tiny, "--out", join(held, "run"))).code).toBe(0);
  });

  it("leaves checkpoints that another program has written", async () => {
    const held = holding({});
    mkdirSync(join(held, "checkpoints", "step-100"), { recursive: true });
    writeFileSync(join(held, "checkpoints", "step-100", "weights"), "theirs");
    expect(await refusal(held, ...tiny, "--out", held, "--resume")).toContain("holds  checkpoints");
  });

  it("takes a folder that holds nothing but what systems leave", async () => {
    const held = holding({ ".DS_Store": "x" });
    expect((await callHere(...tiny, "--out", held)).code).toBe(0);
    expect(namesIn(held)).toContain(".DS_Store");
  });

  it("goes on with a run from before there was a file that says so, and says so from then on", async () => {
    const out = join(folder, "older");
    expect((await callHere(...tiny, "--out", out)).code).toBe(0);
    rmSync(join(out, "run.json"));
    expect(await refusal(out, ...tiny, "--out", out)).toContain("holds a run already");
    const more = tiny.map((arg, i) => (tiny[i - 1] === "--steps" ? "2" : arg));
    expect((await callHere(...more, "--out", out, "--resume")).code).toBe(0);
    expect(namesIn(out)).toContain("run.json");
  });

  it("leaves a run of a later version", async () => {
    const held = holding({ "run.json": '{"format":"gpt-neo run","version":4}' });
    expect(await refusal(held, ...tiny, "--out", held, "--resume")).toMatchInlineSnapshot(`
      "gpt-neo: [bad-file] HELD is a run's folder of version 4.
        known here  versions 1 to 3
        try         the gpt-neo that wrote it
        try         --out with another folder
      "
    `);
  });

  it("removes what it made for nothing", async () => {
    const held = holding({});
    const out = join(held, "a", "b");
    const none = ["train", "--config", "tiny", "--data", join(folder, "none.txt"), "--out", out];
    expect((await callHere(...none)).code).toBe(1);
    expect(namesIn(held)).toEqual([]);
  });
});

describe("other commands", () => {
  it("convert takes no folder that holds anything", async () => {
    const held = holding({ "notes.md": "mine" });
    const error = await refusal(held, "convert", "--from", model, "--to", held);
    expect(error).toContain("HELD is not empty");
  });

  it.each([
    ["bin", "text_document.bin"],
    ["bin", "text_document.idx"],
    ["tfrecords", "text_document_0_9.tfrecords"],
  ])("tokenize to %s leaves a %s that it has not written", async (format, name) => {
    const held = holding({ [name]: "theirs" });
    const args = ["tokenize", "--data", text, "--tokenizer", "bytes", "--workers", "0"];
    const rest = ["--output-format", format, "--out", held];
    const error = await refusal(held, ...args, ...rest);
    expect(error).toContain(`HELD/${name} is there already, from elsewhere.`);
    expect((await callHere(...args, ...rest, "--name", "other")).code).toBe(0);
  });

  it("tokenize leaves a file that was put in the place of one of its own", async () => {
    const held = holding({});
    const args = ["tokenize", "--data", text, "--tokenizer", "bytes", "--workers", "0"];
    const rest = ["--output-format", "bin", "--out", held];
    expect((await callHere(...args, ...rest)).code).toBe(0);
    writeFileSync(join(held, "text_document.bin"), "mine");
    expect(await refusal(held, ...args, ...rest)).toContain("is not as it was written");
    rmSync(join(held, "text_document.bin"));
    expect((await callHere(...args, ...rest)).code).toBe(0);
  });

  it("tokenizer train replaces no tokenizer", async () => {
    const held = holding({ "tokenizer.json": "{}" });
    const args = ["tokenizer", "train", "--data", text, "--vocab-size", "258", "--out"];
    for (const out of [held, join(held, "tokenizer.json")]) {
      expect(await refusal(held, ...args, out)).toContain("HELD/tokenizer.json is there already.");
    }
  });

  it("eval --logits replaces logits only", async () => {
    const held = holding({ "model.safetensors": "theirs" });
    const args = ["eval", "--model", model, "--data", ids, "--mesh", "data:1"];
    const rest = ["--runtime", "simulator", "--logits"];
    const file = join(held, "model.safetensors");
    expect(await refusal(held, ...args, ...rest, file)).toContain("and holds no logits");
    const logits = join(folder, "logits.safetensors");
    for (const _ of ["first", "again"]) {
      expect((await callHere(...args, ...rest, logits)).code).toBe(0);
    }
  });
});

const bin = ["tokenize", "--data", text, "--tokenizer", "bytes", "--output-format", "bin"];

describe("what is no folder", () => {
  const cases: readonly (readonly [name: string, out: (path: string) => readonly string[]])[] = [
    ["train", (path) => [...tiny, "--out", path]],
    ["tokenize", (path) => [...bin, "--workers", "0", "--out", path]],
    ["convert", (path) => ["convert", "--from", model, "--to", path]],
    [
      "tokenizer train",
      (path) => ["tokenizer", "train", "--data", text, "--vocab-size", "258", "--out", path],
    ],
  ];
  it.each(cases)("%s says what is in the way", async (_, args) => {
    const held = holding({ file: "mine" });
    symlinkSync("nowhere", join(held, "link"));
    for (const path of [join(held, "file"), join(held, "file", "sub")]) {
      expect(await refusal(held, ...args(path))).toContain(
        "gpt-neo: [bad-file] HELD/file is a file, not a folder.",
      );
    }
    const link = join(held, "link");
    expect(await refusal(held, ...args(link))).toContain(
      "gpt-neo: [bad-file] HELD/link is a link to what is not there.",
    );
  });

  it("tokenizer train finds it before it reads, and leaves no folder when it fails", async () => {
    const held = holding({ file: "mine" });
    const train = ["tokenizer", "train", "--vocab-size", "258", "--data"];
    const nothing = join(held, "nothing.txt");
    const inTheWay = await refusal(held, ...train, nothing, "--out", join(held, "file"));
    expect(inTheWay).toContain("HELD/file is a file, not a folder.");
    const unread = await refusal(held, ...train, nothing, "--out", join(held, "new", "folder"));
    expect(unread).toContain("nothing.txt");
  });

  it("convert writes to where a link leads", async () => {
    const held = holding({});
    mkdirSync(join(held, "disk"));
    symlinkSync("disk", join(held, "link"));
    const { code } = await callHere("convert", "--from", model, "--to", join(held, "link"));
    expect([code, namesIn(join(held, "disk"))]).toEqual([0, ["config.json", "model.safetensors"]]);
  });
});

it.each(["../theirs", "a/b", "..", "x".repeat(300)])(
  "tokenize writes nowhere but into its folder, with the name %s",
  async (name) => {
    const held = holding({});
    const out = join(held, "ids");
    const error = await refusal(held, ...bin, "--workers", "0", "--out", out, "--name", name);
    expect(error).toMatch(/^gpt-neo: \[bad-argument\] --name /);
    expect(error).toContain("try  --name with the beginning of files' names");
  },
);
