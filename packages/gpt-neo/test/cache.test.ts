import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callHere, start, temporaryFolder } from "./support/cli.ts";
import { writeRepeated } from "./support/repeated.ts";
import { contentsOf, logOf, namesIn, until } from "./support/runs.ts";

// Text that is large enough for its tokens to be kept.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const text = at("text.txt");
beforeAll(async () => {
  await writeRepeated(text, Buffer.from("The ship sank, and the whale swam on.\n"), 450_000);
  // A time that a copy can have to the last digit.
  utimesSync(text, 1e9, 1e9);
});

const tiny = ["--config", "tiny", "--mesh", "data:1", "--runtime", "simulator", "--steps", "2"];
const command = (out: string, cache: string, ...more: readonly string[]): readonly string[] => [
  ...["train", ...tiny, "--data", text, "--out", at(out), "--cache", at(cache), "--json"],
  ...more,
];
const train = async (...args: Parameters<typeof command>): Promise<string> => {
  const called = await callHere(...command(...args));
  expect(called.code, called.stderr).toBe(0);
  return called.stderr;
};
const losses = (out: string) => logOf(at(out)).map(({ loss }) => loss);
const entries = (cache: string) => namesIn(at(cache)).filter((name) => !name.endsWith(".json"));

it("text is tokenized once, for all runs with the same text, tokenizer and options", async () => {
  const first = await train("first", "cache");
  expect(first).toMatch(
    /tokenizing \S+text.txt into \S+cache\/\w+, for this run and the next ones/,
  );
  expect(entries("cache")).toHaveLength(1);
  const kept = join(at("cache"), entries("cache")[0]!);
  expect(namesIn(kept)).toEqual(["tokens.bin", "tokens.idx", "tokens.progress.json"]);
  expect(statSync(join(kept, "tokens.bin")).size).toBe(2 * (statSync(text).size + 1));
  const before = contentsOf(kept);

  const second = await train("second", "cache");
  expect(second).toContain(`the tokens of ${text} are in ${kept}\n`);
  expect(second).not.toContain("tokenizing");
  expect(contentsOf(kept)).toEqual(before);
  expect(losses("second")).toEqual(losses("first"));

  // What it is called does not matter, but what is in it and how it is read does.
  const copy = at("copy.txt");
  copyFileSync(text, copy);
  utimesSync(copy, 1e9, 1e9);
  await train("renamed", "cache", "--validation-data", copy);
  expect(entries("cache")).toHaveLength(1);
  await train("special", "cache", "--special");
  expect(entries("cache")).toHaveLength(2);
  appendFileSync(copy, "And more.");
  await train("changed", "cache", "--validation-data", copy);
  expect(entries("cache")).toHaveLength(3);
});

it("what a killed run has tokenized is gone on with, and is the same", async () => {
  const files = () =>
    entries("killed-cache").flatMap((key) => namesIn(join(at("killed-cache"), key)));
  // One that had finished before it was killed proves nothing, and is tried again.
  do {
    rmSync(at("killed-cache"), { recursive: true, force: true });
    const killed = start(command("killed", "killed-cache", "--resume"));
    await until(() => files().includes("tokens.bin.part"), 1);
    killed.kill("SIGKILL");
    await killed.done;
  } while (files().includes("tokens.bin"));
  await train("killed", "killed-cache", "--resume");
  const [key] = entries("killed-cache");
  expect(entries("cache")).toContain(key);
  const ids = (cache: string) =>
    contentsOf(join(at(cache), key!)).get(join(at(cache), key!, "tokens.bin"));
  expect(ids("killed-cache")).toEqual(ids("cache"));
  expect(losses("killed")).toEqual(losses("first"));
});

it("two runs that begin at once tokenize it once: one waits for the other", async () => {
  const both = await Promise.all(
    ["one", "two"].map((out) => start(command(out, "shared-cache")).done),
  );
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const notes = both.map(({ stderr }) => stderr);
  expect(notes.filter((text) => text.includes("for this run and the next ones"))).toHaveLength(1);
  expect(losses("one")).toEqual(losses("first"));
  expect(losses("two")).toEqual(losses("first"));
});

it("a cache is no data, and one of a later version is refused by its number", async () => {
  const data = at("with-cache");
  mkdirSync(data);
  cpSync(at("shared-cache"), join(data, "cache"), { recursive: true });
  cpSync(text, join(data, "text.txt"));
  const seen = await callHere(...["train", ...tiny, "--data", data, "--out", at("seen")]);
  expect(seen.stderr).toContain(`left out ${join(data, "cache")}: a cache`);
  const mark = join(data, "cache", "gpt-neo-cache.json");
  writeFileSync(mark, '{"format":"gpt-neo cache","version":2}');
  const later = await callHere(...command("later", "with-cache/cache"));
  expect(later.code).toBe(1);
  expect(later.stderr).toContain("is a cache of version 2.");
});

it("by default they are beside the run, where no command takes them for data", async () => {
  const runs = at("runs");
  const args = ["train", ...tiny, "--data", text, "--out", join(runs, "one")];
  const { code } = await callHere(...args);
  expect(code).toBe(0);
  expect(namesIn(runs)).toEqual([".gpt-neo-cache", "one"]);
  cpSync(text, join(runs, "text.txt"));
  const seen = await callHere("inspect", runs, "--json");
  expect(seen.stdout).not.toContain("tokens.bin");
  rmSync(runs, { recursive: true });
});

const disk = at("disk");
const mounted = mountSmall(disk);

it.runIf(mounted)("a disk that is full while tokenizing loses nothing, and says so", async () => {
  const run = ["train", ...tiny, "--data", text, "--out", at("full")];
  const full = await callHere(...run, "--cache", disk);
  expect(full.code).toBe(1);
  expect(full.stderr).toMatch(/tokens\.bin\.part cannot be written: the disk is full \(ENOSPC\)/);
  expect(full.stderr).toContain("free some space");
  execFileSync("mount", ["-o", "remount,size=64m", disk]);
  const again = await callHere(...run, "--cache", disk);
  expect(again.code, again.stderr).toBe(0);
  const [key] = namesIn(disk).filter((name) => !name.endsWith(".json"));
  expect(contentsOf(join(disk, key!)).get(join(disk, key!, "tokens.bin"))).toBe(
    contentsOf(join(at("cache"), key!)).get(join(at("cache"), key!, "tokens.bin")),
  );
});

/** Whether there is a disk of 20 MB now; only root can make one. */
function mountSmall(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=20m", "none", path], { stdio: "pipe" });
  } catch {
    console.warn("skipped: no small disk can be mounted here, so none is ever full");
    return false;
  }
  afterAll(() => execFileSync("umount", [path]));
  return true;
}
