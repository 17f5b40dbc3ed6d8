import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, someText } from "./support/runs.ts";

// Runs whose folders are no longer what they were: what is lost is said, and what is left is kept.

const folder = temporaryFolder();
const whole = join(folder, "whole");
const run = join(folder, "run");
const text = join(folder, "text.txt");
const begin = ["train", "--config", "tiny", "--data", text, "--context", "16"];
const short = ["--mesh", "data:1", "--runtime", "simulator", "--save-every", "2"];
beforeAll(async () => {
  writeFileSync(text, someText(3000));
  resultOf(await callHere(...begin, ...short, "--out", whole, "--steps", "4", "--json"));
});

/** Resumes a copy of the run, of which that part has come to harm. */
async function resume(
  harm: () => void,
  ...more: readonly string[]
): Promise<{ code: number | null; error: string }> {
  rmSync(run, { recursive: true, force: true });
  cpSync(whole, run, { recursive: true });
  harm();
  const on = ["--out", run, "--resume", "--steps", "5", "--json"];
  const called = await callHere("train", ...on, ...more);
  const at = called.stderr.indexOf("gpt-neo: ");
  const error = at < 0 ? "" : called.stderr.slice(at).replaceAll(folder, "FOLDER");
  return { code: called.code, error };
}

function edit(file: string, change: (value: Record<string, unknown>) => object): void {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")))));
}

const modelOf = (out: string): string => readFileSync(join(out, "model.safetensors"), "hex");

it("a run without its checkpoints does not train its model away", async () => {
  const { error } = await resume(() => rmSync(join(run, "checkpoints"), { recursive: true }));
  expect(error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] FOLDER/run holds a model, but no checkpoints to go on from.
      try  --model FOLDER/run and --out with another folder, to train it further with a fresh optimizer
      try  removing FOLDER/run/model.safetensors, to begin afresh
    "
  `);
  expect(modelOf(run)).toBe(modelOf(whole));
  expect(logOf(run)).toEqual(logOf(whole));
});

it("a run with a file in the place of its checkpoints takes no step that could not be saved", async () => {
  const { error } = await resume(() => {
    rmSync(join(run, "checkpoints"), { recursive: true });
    writeFileSync(join(run, "checkpoints"), "");
  });
  expect(error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints is a file, not a folder.
      try  another path, or moving FOLDER/run/checkpoints away
    "
  `);
  expect(logOf(run)).toEqual(logOf(whole));
});

it("a run that was stopped at its first checkpoint begins afresh", async () => {
  const { code } = await resume(() => {
    rmSync(join(run, "checkpoints"), { recursive: true });
    mkdirSync(join(run, "checkpoints"));
    // As a version wrote it that knew no checksums.
    edit(join(run, "run.json"), ({ saved: _, crc32c: _sum, ...rest }) => rest);
  });
  expect(code).toBe(0);
});

it("a run that has lost its checkpoints, if not their folder, does not begin afresh", async () => {
  const { error } = await resume(() => {
    rmSync(join(run, "checkpoints"), { recursive: true });
    mkdirSync(join(run, "checkpoints"));
  });
  expect(error).toContain("holds a model, but no checkpoints to go on from.");
  expect(modelOf(run)).toBe(modelOf(whole));
});

it("an index that says something else than was written is damaged", async () => {
  const index = join(run, "checkpoints", "step-4", "checkpoint.json");
  const { error } = await resume(() => {
    writeFileSync(index, readFileSync(index, "utf8").replace('"index": ', '"index": 1'));
  });
  expect(error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4/checkpoint.json is damaged: what it says is not what was written.
      file    FOLDER/run/checkpoints/step-4/checkpoint.json
      offset  byte 0
      try     removing FOLDER/run/checkpoints/step-4, to go on from step 2
    "
  `);
});

it("a checkpoint that has lost its index is not passed over", async () => {
  const last = join(run, "checkpoints", "step-4");
  const { error } = await resume(() => rmSync(join(last, "checkpoint.json")));
  expect(error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4 holds parts of a checkpoint, but no checkpoint.json: its saving was stopped, or the file is lost.
      try  removing FOLDER/run/checkpoints/step-4, to go on from step 2
    "
  `);
  expect(readdirSync(last)).toEqual(["device-0.safetensors"]);
  const model = await callHere("generate", "--model", last, "--prompt", "The");
  expect(model.stderr.replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4 holds parts of a checkpoint, but no checkpoint.json: its saving was stopped, or the file is lost.
      try  --model FOLDER/run/checkpoints/step-2
    "
  `);
  const from = await callHere("convert", "--from", last, "--to", join(folder, "converted"));
  expect(from.stderr.replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4 holds parts of a checkpoint, but no checkpoint.json: its saving was stopped, or the file is lost.
      try  --from FOLDER/run/checkpoints/step-2
    "
  `);
  const seen = await callHere("inspect", last);
  expect(seen.stderr.replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4 holds parts of a checkpoint, but no checkpoint.json: its saving was stopped, or the file is lost.
      try  FOLDER/run/checkpoints/step-2
    "
  `);
  // As it is advised.
  rmSync(last, { recursive: true });
  const again = await callHere("train", "--out", run, "--resume", "--steps", "5");
  expect(again.stderr).toContain("going on from step 2 of");
});

it("one whose saving was not ended is told, and what is not its own stays", async () => {
  const checkpoints = join(run, "checkpoints");
  rmSync(run, { recursive: true, force: true });
  cpSync(whole, run, { recursive: true });
  for (const step of [6, 8, 50]) mkdirSync(join(checkpoints, `step-${step}`));
  const part = join(checkpoints, "step-4", "device-0.safetensors");
  for (const step of [6, 8])
    cpSync(part, join(checkpoints, `step-${step}`, "device-0.safetensors"));
  writeFileSync(join(checkpoints, "step-8", "notes.txt"), "mine");
  writeFileSync(join(checkpoints, "step-2", "notes.txt"), "mine");
  const args = ["--steps", "12", "--save-every", "4", "--eval-every", "100"];
  const { code, stderr } = await callHere("train", "--out", run, "--resume", ...args);
  expect(code).toBe(0);
  const told = "has no checkpoint.json, as its saving was not ended: it is removed";
  for (const step of [6, 8]) expect(stderr).toContain(`step-${step} ${told}`);
  expect(stderr).not.toContain(`step-50 ${told}`);
  expect(stderr).toContain("going on from step 4 of");
  const left = readdirSync(checkpoints, { recursive: true, encoding: "utf8" }).sort();
  expect(left).toEqual([
    "step-12",
    "step-12/checkpoint.json",
    "step-12/device-0.safetensors",
    "step-2",
    "step-2/notes.txt",
    "step-50",
    "step-8",
    "step-8/checkpoint.json",
    "step-8/device-0.safetensors",
    "step-8/notes.txt",
  ]);
});

it("a damaged checkpoint tells the way back", async () => {
  const last = join(run, "checkpoints", "step-4");
  const index = await resume(() => writeFileSync(join(last, "checkpoint.json"), ""));
  expect(index.error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4/checkpoint.json is damaged: it is not JSON: the text ends early.
      file    FOLDER/run/checkpoints/step-4/checkpoint.json
      offset  byte 0
      try     removing FOLDER/run/checkpoints/step-4, to go on from step 2
    "
  `);
  const part = await resume(() => truncateSync(join(last, "device-0.safetensors"), 9000));
  expect(part.error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4/device-0.safetensors is damaged: it has 9000 bytes, not the 434140 that were written.
      file    FOLDER/run/checkpoints/step-4/device-0.safetensors
      offset  byte 9000
      try     removing FOLDER/run/checkpoints/step-4, to go on from step 2
    "
  `);
});

it("bytes of a checkpoint that changed are not gone on from, nor used as a model", async () => {
  const part = join(run, "checkpoints", "step-4", "device-0.safetensors");
  const overwrite = (): void => {
    const bytes = readFileSync(part);
    writeFileSync(part, bytes.fill(1, bytes.length - 99, bytes.length - 9));
  };
  expect((await resume(overwrite)).error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4/device-0.safetensors is damaged: its bytes are not those that were written.
      file    FOLDER/run/checkpoints/step-4/device-0.safetensors
      offset  byte 262144
      try     removing FOLDER/run/checkpoints/step-4, to go on from step 2
    "
  `);
  const generate = (step: number) =>
    callHere("generate", "--model", join(run, "checkpoints", `step-${step}`), "--prompt", "The");
  const { code, stderr } = await generate(4);
  expect(code).not.toBe(0);
  expect(stderr.replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4/device-0.safetensors is damaged: its bytes are not those that were written.
      file    FOLDER/run/checkpoints/step-4/device-0.safetensors
      offset  byte 262144
      try     --model FOLDER/run/checkpoints/step-2
    "
  `);
  expect((await generate(2)).code).toBe(0);
  const alone = await resume(() => {
    overwrite();
    rmSync(join(run, "checkpoints", "step-2"), { recursive: true });
  });
  expect(alone.error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/checkpoints/step-4/device-0.safetensors is damaged: its bytes are not those that were written.
      file    FOLDER/run/checkpoints/step-4/device-0.safetensors
      offset  byte 262144
      try     --model FOLDER/run and --out with another folder, to train its weights further with a fresh optimizer
    "
  `);
});

it("what lies among checkpoints and is none is left alone", async () => {
  const { code } = await resume(() => writeFileSync(join(run, "checkpoints", "step-3"), "mine"));
  expect(code).toBe(0);
  expect(readFileSync(join(run, "checkpoints", "step-3"), "utf8")).toBe("mine");
});

it("a damaged run.json is no reason to begin another run", async () => {
  const damaged = await resume(() => writeFileSync(join(run, "run.json"), '{"format"'));
  expect(damaged.error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/run.json cannot be read: it is not JSON.
      try  --config PRESET|FILE or --model DIR, and all else that it was begun with, beside --resume, which writes it anew
    "
  `);
  const flipped = await resume(() =>
    edit(join(run, "run.json"), ({ saved: _, ...rest }) => ({ saved: 3, ...rest })),
  );
  expect(flipped.error).toContain("run.json cannot be read: what it says is not what was written.");
  const seen = await callHere("inspect", run);
  expect([seen.code, seen.stderr]).toEqual([1, expect.stringContaining("is not what was written")]);
  const again = await callHere(...begin, ...short, "--out", run, "--resume", "--steps", "5");
  expect(again.code).toBe(0);
  const later = { format: "gpt-neo run", version: 99 };
  const { error } = await resume(() => writeFileSync(join(run, "run.json"), JSON.stringify(later)));
  expect(error).toContain("[bad-file] FOLDER/run is a run's folder of version 99.");
});

it("a model or a log that is damaged says what there is in its place", async () => {
  const log = join(run, "log.jsonl");
  const lines = await resume(() => {
    writeFileSync(log, readFileSync(log, "utf8").replace("\n", "\nno JSON\n"));
  });
  expect(lines.error).toMatchInlineSnapshot(`
    "gpt-neo: [bad-file] FOLDER/run/log.jsonl: line 2 is no JSON object.
      try  removing line 2 of it
      try  renaming it: a run that goes on begins another log
    "
  `);
  // It is said before data are looked for.
  const first = await resume(
    () => writeFileSync(log, readFileSync(log, "utf8").replace("\n", "\nno JSON\n")),
    ...["--data", join(folder, "nowhere.txt")],
  );
  expect(first.error).toContain("log.jsonl: line 2 is no JSON object.");
  truncateSync(join(run, "model.safetensors"), 9000);
  const last = join(run, "checkpoints", "step-4");
  const advice = async (...args: readonly string[]) => {
    const { code, stderr } = await callHere(...args);
    expect(code).toBe(1);
    return /^ +try +(.*)$/m.exec(stderr)?.[1];
  };
  const to = ["--to", join(folder, "none")];
  expect(await advice("generate", "--model", run, "--prompt", "The")).toBe(`--model ${last}`);
  expect(await advice("convert", "--from", run, ...to)).toBe(`--from ${last}`);
  const checkpoints = join(run, "checkpoints");
  expect(await advice("generate", "--model", checkpoints, "--prompt", "a")).toBe(`--model ${last}`);
  expect(await advice("inspect", checkpoints)).toBe(last);
});

it("inspect reads all of a checkpoint", async () => {
  rmSync(run, { recursive: true, force: true });
  cpSync(whole, run, { recursive: true });
  const last = join(run, "checkpoints", "step-4");
  for (const path of [last, join(last, "checkpoint.json")]) {
    const { stdout } = await callHere("inspect", path);
    expect(stdout).toContain("its files: 434,140 bytes, as they were written\n");
  }
  const part = join(last, "device-0.safetensors");
  const bytes = readFileSync(part);
  writeFileSync(part, bytes.fill(1, bytes.length - 99, bytes.length - 9));
  const changed = await callHere("inspect", last);
  expect(changed.stderr).toContain("its bytes are not those that were written");
  expect(changed.stderr).toContain(`try     ${join(run, "checkpoints", "step-2")}\n`);
  rmSync(part);
  expect((await callHere("inspect", last)).stderr).toContain("there is no such file");
});

it("a checkpoint away from its run is a model with a config", async () => {
  const alone = join(folder, "alone");
  cpSync(join(whole, "checkpoints", "step-4"), alone, { recursive: true });
  const convert = ["convert", "--from", alone, "--to", join(folder, "from alone")];
  const without = await callHere(...convert);
  expect(without.stderr).toContain("there is no config.json beside");
  const config = await callHere(...convert, "--config", join(whole, "config.json"));
  expect(config.code).toBe(0);
});

it("a run goes on without its config.json, which comes with the next checkpoint", async () => {
  const { code } = await resume(() => writeFileSync(join(run, "config.json"), "{"));
  expect(code).toBe(0);
  expect(readFileSync(join(run, "config.json"), "utf8")).toBe(
    readFileSync(join(whole, "config.json"), "utf8"),
  );
});
