import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { presets } from "../src/config/presets.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { someText } from "./support/runs.ts";

// A run's folder knows all that it needs to go on, but for the data. What is given goes over that, key by
// key, and is told.

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const one = ["--mesh", "data:1", "--runtime", "simulator"];

/** A call in another folder, whose paths are those of there. */
async function callIn(where: string, ...args: readonly string[]) {
  const before = process.cwd();
  try {
    process.chdir(where);
    return await callHere(...args);
  } finally {
    process.chdir(before);
  }
}

const resume = (out: string, ...more: readonly string[]) =>
  callHere("train", "--out", at(out), "--resume", "--json", ...more);
const settingsOf = (out: string, step: number) =>
  JSON.parse(readFileSync(at(out, "checkpoints", `step-${step}`, "checkpoint.json"), "utf8"))
    .metadata.settings;
const stepsIn = (out: string) => readdirSync(at(out, "checkpoints")).sort();
const changes = (stderr: string) =>
  [...stderr.matchAll(/^changed since: (.*)$/gm)].map(([, change]) => change);

const { tiny } = presets;
const config = {
  ...tiny,
  training: {
    data: ["text/*.txt"],
    validation_data: ["held.txt"],
    tokenizer: "words.json",
    context: 16,
    batch_size: 4,
    save_every: 1,
    steps: 6,
    eval_every: 100,
    weight_decay: 0.25,
  },
};
const begin = ["train", "--config", "run.json", ...one, "--json"];

beforeAll(async () => {
  mkdirSync(at("begun", "text"), { recursive: true });
  mkdirSync(at("elsewhere"));
  for (const name of ["text/a.txt", "text/b.txt", "held.txt"]) {
    writeFileSync(at("begun", name), someText(2000));
  }
  const words = ["tokenizer", "train", "--data", at("begun/text"), "--vocab-size", "300"];
  expect((await callHere(...words, "--out", at("begun/words.json"))).code).toBe(0);
  const vocab_size = 300;
  writeFileSync(at("begun/run.json"), JSON.stringify({ ...config, vocab_size }));
  const keep = ["--keep", "5", "--lr", "0.01"];
  resultOf(await callIn(at("begun"), ...begin, ...keep, "--out", "run"));
  expect(stepsIn("begun/run")).toHaveLength(5);
});

/** A copy of the run, in which nothing is changed by others. */
function copy(name: string): string {
  cpSync(at("begun/run"), at(name), { recursive: true });
  return name;
}

describe("a run goes on", () => {
  it("from anywhere, when the files that it was begun with are gone but for its data", async () => {
    const run = copy("anywhere");
    for (const name of ["run.json", "words.json"]) {
      renameSync(at("begun", name), at("begun", `${name}.gone`));
    }
    try {
      const args = ["train", "--out", join("..", run), "--resume", "--steps", "7", "--json"];
      const { stderr, ...called } = await callIn(at("elsewhere"), ...args);
      expect(resultOf({ stderr, ...called })).toMatchObject({ step: 7 });
      expect(changes(stderr)).toEqual(["steps: 6 -> 7"]);
      expect(stderr).toContain("is no tokenizer any more: the run's own");
      expect(stderr).not.toMatch(/holds has changed/);
      expect(stepsIn(run)).toHaveLength(5);
      const again = await resume(run, "--steps", "8");
      expect(changes(again.stderr)).toEqual(["steps: 7 -> 8"]);
      const last = settingsOf(run, 8);
      expect({ ...last, steps: 6 }).toEqual(settingsOf("begun/run", 6));
    } finally {
      for (const name of ["run.json", "words.json"]) {
        renameSync(at("begun", `${name}.gone`), at("begun", name));
      }
    }
  });

  it("with its own tokenizer where the file is another one by now", async () => {
    const run = copy("retokenized");
    const file = at("begun/words.json");
    const before = readFileSync(file, "utf8");
    const changed = JSON.parse(before);
    changed.model.merges.reverse();
    writeFileSync(file, JSON.stringify(changed));
    const { code, stderr } = await resume(run, "--steps", "7");
    writeFileSync(file, before);
    expect(code).toBe(0);
    expect(stderr).toContain("is another tokenizer by now: the run's own");
    const same = await resume(run, "--steps", "8");
    expect(same.stderr).not.toContain("tokenizer");
  });

  it("and says how to name data that were moved", async () => {
    const run = copy("moved");
    renameSync(at("begun/text"), at("begun/moved"));
    try {
      const { code, stderr } = await resume(run, "--steps", "7");
      expect([code, stderr.replaceAll(folder, "…")]).toMatchInlineSnapshot(`
        [
          1,
          "gpt-neo: [bad-file] there are no data to train on where the run's config has them.
          not there  …/begun/text/*.txt
          try        --data PATH
        ",
        ]
      `);
      const found = await resume(run, "--steps", "7", "--data", at("begun/moved/*.txt"));
      expect(found.code).toBe(0);
      expect(changes(found.stderr)).toEqual([
        expect.stringMatching(/^data: .*text.* -> .*moved/),
        "steps: 6 -> 7",
      ]);
      expect(found.stderr).not.toContain("holds has changed");
      renameSync(at("begun/held.txt"), at("begun/held-too.txt"));
      const held = await resume(run, "--steps", "8");
      expect(held.stderr).toContain("try        --validation-data PATH");
    } finally {
      renameSync(at("begun/moved"), at("begun/text"));
      if (existsSync(at("begun/held-too.txt")))
        renameSync(at("begun/held-too.txt"), at("begun/held.txt"));
    }
  });

  it.each([
    ["its own config.json", (run: string) => at(run, "config.json"), []],
    ["a config of training alone", () => at("begun/training.json"), ["weight_decay: 0.25 -> 0.5"]],
  ])("with %s as --config, keeping all else", async (what, file, told) => {
    writeFileSync(at("begun/training.json"), '{"training": {"weight_decay": 0.5}}');
    const run = copy(what);
    const { code, stderr } = await resume(run, "--config", file(run), "--steps", "7");
    expect([code, stderr]).toEqual([0, expect.stringContaining("going on from step 6")]);
    expect(changes(stderr)).toEqual(expect.arrayContaining(["steps: 6 -> 7", ...told]));
    expect(changes(stderr)).toHaveLength(1 + told.length);
    expect(stepsIn(run)).toHaveLength(5);
    expect(settingsOf(run, 7)).toMatchObject({
      learning_rate: 0.01,
      validation_data: [at("begun/held.txt")],
      save_every: 1,
    });
  });

  it("with a preset's word over its own, and every change told", async () => {
    const run = copy("preset");
    const set = ["--set", "resid_dropout=0.1", "--keep", "2", "--keep-every", "50"];
    const { code, stderr } = await resume(run, ...set, "--steps", "7");
    expect(code).toBe(0);
    expect(changes(stderr).sort()).toEqual([
      "keep: 5 -> 2",
      "keep_every: unset -> 50",
      "resid_dropout: 0 -> 0.1",
      "steps: 6 -> 7",
    ]);
    // Nor does another --set drop the first.
    const again = await resume(run, "--set", "weight_decay=0", "--steps", "8");
    expect(changes(again.stderr).sort()).toEqual(["steps: 7 -> 8", "weight_decay: 0.25 -> 0"]);
  });

  it("not with weights that would not be used, but as the same command, typed again", async () => {
    const tune = ["train", "--model", "run", "--data", "text/a.txt", "--out", "tuned", ...one];
    resultOf(await callIn(at("begun"), ...tune, "--steps", "1", "--json"));
    const again = await callIn(at("begun"), ...tune, "--steps", "2", "--resume", "--json");
    expect(resultOf(again)).toMatchObject({ step: 2 });
    cpSync(at("begun/run"), at("other"), { recursive: true });
    const other = await callIn(
      at("begun"),
      "train",
      "--model",
      "../other",
      "--out",
      "tuned",
      "--resume",
    );
    expect([other.code, other.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "gpt-neo: [bad-argument] tuned goes on from its own step 2: the weights of ../other would not be used.
        try  no --model, to go on
        try  --out with another folder, to train ../other further
      ",
      ]
    `);
    // The model it was begun from may be gone, even if it is named again.
    renameSync(at("begun/run"), at("begun/gone"));
    const named = await callIn(at("begun"), ...tune, "--steps", "2", "--resume", "--json");
    renameSync(at("begun/gone"), at("begun/run"));
    expect(named.stderr).toContain("nothing is left to do");
    renameSync(at("begun/tuned"), at("tuned"));
    const alone = await callHere(
      "train",
      "--out",
      at("tuned"),
      "--resume",
      "--steps",
      "3",
      "--json",
    );
    expect(resultOf(alone)).toMatchObject({ step: 3 });
    expect(changes(alone.stderr)).toEqual(["steps: 2 -> 3"]);
  });

  it("not as another model than its checkpoint's, which is told before data are read", async () => {
    const run = copy("shape");
    writeFileSync(at("begun/wide.json"), '{"hidden_size": 64}');
    const wide = await resume(run, "--config", at("begun/wide.json"), "--data", at("nothing.txt"));
    expect([wide.code, wide.stderr.replaceAll(folder, "…")]).toMatchInlineSnapshot(`
      [
        1,
        "gpt-neo: [bad-argument] the config is not of the model that the run has trained.
        checkpoint   …/shape/checkpoints/step-6
        hidden_size  32 -> 64
        try          what the run was begun with, which it remembers: --resume alone
        try          --out with another folder, to train another model
      ",
      ]
    `);
    const bytes = await resume(run, "--tokenizer", "bytes");
    expect(bytes.stderr).toMatch(/vocab_size +300 -> 257\n/);
  });

  it("where an older version has begun it, and its options are as they were typed", async () => {
    const run = copy("older");
    const options = { config: "run.json", keep: 5, lr: 0.01, mesh: "data:1", runtime: "simulator" };
    const begunWith = { folder: at("begun"), options };
    const older = { format: "gpt-neo run", version: 2, begunWith };
    writeFileSync(at(run, "run.json"), JSON.stringify(older));
    const { code, stderr } = await resume(run, "--steps", "7");
    expect([code, changes(stderr)]).toEqual([0, ["steps: 6 -> 7"]]);
    expect(stepsIn(run)).toHaveLength(5);
    expect(JSON.parse(readFileSync(at(run, "run.json"), "utf8"))).toMatchObject({
      version: 3,
      saved: 7,
      begunWith: { config: { training: { data: [{ files: [at("begun/text/*.txt")] }] } } },
    });
  });

  it("with what is given, where its run.json is lost, and says that the rest is not known", async () => {
    const run = copy("lost");
    writeFileSync(at(run, "run.json"), "{");
    const args = ["--config", "run.json", "--out", at(run), "--resume", "--steps", "7"];
    const { code, stderr } = await callIn(at("begun"), "train", ...args, ...one);
    expect(code).toBe(0);
    expect(stderr).toContain(
      "does not say what it was begun with: what is not given has its default",
    );
  });
});

it("a key that has an option of its own is not said twice", async () => {
  const out = ["--out", at("twice"), "--config", "tiny", "--data", at("begun/held.txt")];
  for (const [key, value, ...option] of [
    ["mesh", "data:2", "--mesh", "data:1"],
    ["layout", "batch:data", "--layout", "batch:data"],
    ["storage", "embd:data", "--storage", "embd:data"],
    ["recompute", "false", "--recompute"],
    ["cross_document_loss", "true", "--no-cross-document"],
    ["validation", "0.1", "--validation-share", "0.2"],
    ["validation_data", '["a.txt"]', "--validation-data", at("begun/held.txt")],
  ] as const) {
    const { code, stderr } = await callHere("train", ...out, "--set", `${key}=${value}`, ...option);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${key} is given twice.`)]);
  }
  // What a run was begun with is not given twice by saying it otherwise.
  const run = copy("other mesh");
  const { code, stderr } = await resume(run, "--set", "mesh=data:2", "--steps", "7");
  expect([code, changes(stderr)]).toEqual([
    0,
    expect.arrayContaining(['mesh: "data:1" -> "data:2"']),
  ]);
});

it.skipIf(process.platform === "win32")(
  "a file is read once, however many links lead to it",
  async () => {
    const data = at("linked");
    mkdirSync(data);
    writeFileSync(join(data, "a.txt"), someText(300));
    symlinkSync("a.txt", join(data, "b.txt"));
    symlinkSync(at("begun/held.txt"), join(data, "c.txt"));
    const { stdout, stderr } = await callHere("cat", data);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stderr).toBe(`left out ${join(data, "b.txt")}: read already\n`);
    // What a pattern does not fit has not been read.
    const fits = await callHere("cat", join(data, "b*.txt"));
    expect([fits.stdout.trim().split("\n").length, fits.stderr]).toEqual([1, ""]);
    // A folder's name is no pattern, if there is such a folder.
    mkdirSync(at("a [draft]"));
    writeFileSync(at("a [draft]", "x.txt"), "one");
    expect((await callHere("cat", at("a [draft]", "*.txt"))).stdout).toBe('{"text":"one"}\n');
  },
);
