import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callHere, resultOf, start, temporaryFolder } from "./support/cli.ts";
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

const unlimited = ["--config", "tiny", "--mesh", "data:1", "--runtime", "simulator"];
const tiny = [...unlimited, "--steps", "2"];
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
const entries = (cache: string) => namesIn(at(cache)).filter((name) => !name.includes(".json"));

/** The chunks of the text. */
const all = Math.ceil((450_000 * 38) / 2 ** 19);

/** The files of ids in a cache. */
const chunksIn = (cache: string) =>
  entries(cache).flatMap((key) =>
    readdirSync(join(at(cache), key), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ids"),
    ),
  );

/** Runs until everything is tokenized, which a short run does not wait for. */
async function fillUp(cache: string): Promise<void> {
  const rest = ["--data", text, "--cache", at(cache), "--steps", "50", "--context", "8"];
  for (let i = 0; chunksIn(cache).length < all; i++) {
    const out = at(`filling ${cache} ${i}`);
    resultOf(await callHere("train", ...unlimited, ...rest, "--out", out, "--json"));
  }
}

/** How many ids files of chunks hold, each of two bytes behind twenty. */
const idsIn = (files: ReadonlyMap<string, string>): number =>
  [...files.values()].reduce(
    (sum, base64) => sum + Buffer.from(base64, "base64").length / 2 - 10,
    0,
  );

it("text is tokenized once, for all runs with the same text, tokenizer and options", async () => {
  const first = await train("first", "cache", "--save-every", "1");
  expect(first).toMatch(
    /tokenizing \S+text.txt into \S+cache\/\w+ in the background, for this run and the next ones\n/,
  );
  expect(entries("cache")).toHaveLength(1);
  const kept = join(at("cache"), entries("cache")[0]!);
  await fillUp("cache");
  const before = contentsOf(kept);
  expect(idsIn(before)).toBe(statSync(text).size + 1);

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
  const chunks = () => chunksIn("killed-cache").length;
  // One that had finished before it was killed proves nothing, and is tried again.
  do {
    rmSync(at("killed-cache"), { recursive: true, force: true });
    const killed = start(command("killed", "killed-cache", "--resume"));
    await until(() => chunks() > 2, 1);
    killed.kill("SIGKILL");
    await killed.done;
  } while (chunks() === all);
  const there = chunks();
  const again = await train("killed", "killed-cache", "--resume");
  expect(again).toContain(`: ${there} of ${all} chunks are there\n`);
  await fillUp("killed-cache");
  const [key] = entries("killed-cache");
  expect(entries("cache")).toContain(key);
  const ids = (cache: string) =>
    [...contentsOf(join(at(cache), key!))].map(([file, bytes]) => [basename(file), bytes]);
  expect(ids("killed-cache")).toEqual(ids("cache"));
  expect(losses("killed")).toEqual(losses("first"));
});

it("two runs that begin at once share it: one fills it for both", async () => {
  const both = await Promise.all(
    ["one", "two"].map((out) => start(command(out, "shared-cache")).done),
  );
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const notes = both.map(({ stderr }) => stderr).join("");
  expect(notes).toMatch(/for this run and the next ones|the tokens of \S+ are in/);
  expect(losses("one")).toEqual(losses("first"));
  expect(losses("two")).toEqual(losses("first"));
});

it("20 GB of text are begun with as soon as 20 MB, and an interrupt loses nothing of it", async () => {
  const large = at("large.txt");
  writeFileSync(large, "");
  // A hole: bytes that are 0, which are text.
  truncateSync(large, 20e9);
  const rest = ["--data", large, "--context", "16", "--cache", at("large-cache")];
  const run = ["train", ...unlimited, ...rest];
  const { code, stderr } = await callHere(...run, "--steps", "2", "--out", at("large"));
  expect(code, stderr).toBe(0);
  const kept = chunksIn("large-cache").length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(38_147 / 10);
  expect(stderr).toContain(`${kept} of 38,147 chunks of ${large} are tokenized, and kept`);
  const more = ["--steps", "100000", "--eval-every", "100000"];
  const stopped = start([...run, ...more, "--out", at("stopped")]);
  await until(() => logOf(at("stopped")).length > 2, 5);
  stopped.kill("SIGINT");
  const ended = await stopped.done;
  expect(ended.code).toBe(130);
  expect(ended.stderr).toMatch(/saved after step \d+/);
  const names = readdirSync(at("large-cache"), { recursive: true, encoding: "utf8" });
  expect(names.filter((name) => /tmp$|lock/.test(name))).toEqual([]);
  expect(chunksIn("large-cache").length).toBeGreaterThanOrEqual(kept);
});

it("a run of the second order has its text tokenized before, and finishes so", async () => {
  await train("older", "older-cache", "--save-every", "1");
  rmSync(join(at("older"), "checkpoints", "step-2"), { recursive: true });
  const file = join(at("older"), "checkpoints", "step-1", "checkpoint.json");
  const { crc32: _, ...saved } = JSON.parse(readFileSync(file, "utf8"));
  saved.version = 2;
  saved.metadata.dataOrder = 2;
  saved.metadata.position = { epoch: 0, index: 8 };
  writeFileSync(file, JSON.stringify(saved));
  const stderr = await train("older", "older-cache", "--resume");
  expect(stderr).toMatch(/tokenizing \S+text.txt into \S+, for this run and the next ones\n/);
  const after = JSON.parse(readFileSync(file.replace("step-1", "step-2"), "utf8")).metadata;
  expect([after.dataOrder, after.position]).toEqual([2, { epoch: 0, index: 16 }]);
  expect(after.settings.data_tokens).toBe(statSync(text).size + 1);
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
  const run = ["train", ...tiny, "--data", text];
  const full = await callHere(...run, "--out", at("full"), "--cache", disk);
  expect(full.code, full.stderr).toBe(0);
  expect(full.stderr).toMatch(
    /\d+\.ids cannot be written: the disk is full \(ENOSPC\); going on without keeping tokens/,
  );
  expect(losses("full")).toEqual(losses("first"));
  const names = readdirSync(disk, { recursive: true, encoding: "utf8" });
  expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  execFileSync("mount", ["-o", "remount,size=64m", disk]);
  const again = await callHere(...run, "--out", at("again"), "--cache", disk);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/: \d+ of 33 chunks are there/);
  expect(losses("again")).toEqual(losses("first"));
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
