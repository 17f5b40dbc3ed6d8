import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openModel, writeModel } from "mtf/checkpoint";
import { draftOf } from "mtf/files";
import { beforeAll, expect, it } from "vitest";
import { parseConfig, saveConfig } from "../src/config/index.ts";
import { expectedWeights } from "../src/weights/index.ts";
import { type Call, call, resultOf, start, temporaryFolder } from "./support/cli.ts";
import { contentsOf, namesIn, someText, until } from "./support/runs.ts";

// Commands that write files are killed while they do: what was there before is whole, and a second
// call does the whole work and leaves nothing of the first.

const folder = temporaryFolder();
const kills = 5;

/** Kills a call some milliseconds after `begun`; says whether it died of that. */
async function killed(run: Call, begun: () => boolean, after: number): Promise<boolean> {
  let ended = false;
  void run.done.then(() => {
    ended = true;
  });
  await until(() => ended || begun(), 2);
  await new Promise((resolve) => setTimeout(resolve, after));
  run.kill("SIGKILL");
  return (await run.done).code === null;
}

/** What unfinished work is called, beside what it is to become. */
const draftsOf = (path: string): readonly string[] =>
  namesIn(dirname(path)).filter((name) => name.startsWith(`.${basename(path)}.`));

const model = join(folder, "model");
beforeAll(async () => {
  const config = parseConfig({
    hidden_size: 256,
    num_heads: 4,
    num_layers: 4,
    vocab_size: 20_000,
    max_position_embeddings: 64,
  });
  mkdirSync(model);
  await saveConfig(model, config);
  const tensors = [...expectedWeights(config)].map(([name, shape], i) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(i + 0.5);
    return { name, dtype: "F32" as const, shape, data };
  });
  await writeModel(model, tensors);
});

it.each([
  ["one file", []],
  ["several files", ["--max-shard-size", "5MB"]],
])("convert to %s", async (what, options) => {
  const out = join(folder, what.replaceAll(" ", "-"), "out");
  mkdirSync(out, { recursive: true });
  const args = ["convert", "--from", model, "--to", out, "--dtype", "bfloat16", ...options];
  let died = 0;
  for (let kill = 0; kill < kills; kill++) {
    // The folder was empty, and is empty or gone; there is nothing in it that could be loaded.
    if (await killed(start(args), () => draftsOf(out).length > 0, 60 * Math.random())) died++;
    const names = namesIn(out);
    if (names.length > 0) break;
  }
  expect(died).toBeGreaterThan(2);
  if (namesIn(out).length === 0) resultOf(await call(...args, "--json"));
  expect(draftsOf(out)).toEqual([]);
  const [before, after] = [await openModel(model), await openModel(out)];
  expect([...after.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
  for (const name of before.tensors.keys()) {
    const [a, b] = [await after.read(name), await before.read(name)];
    expect(Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer))).toBe(0);
  }
  await before.close();
  await after.close();
});

it("tokenizer train", async () => {
  const text = join(folder, "words.txt");
  writeFileSync(text, someText(400_000));
  const train = (size: string, out: string) => [
    ...["tokenizer", "train", "--data", text, "--vocab-size", size, "--out", out],
  ];
  const [fresh, out] = ["fresh.json", "out.json"].map((n) => join(folder, n));
  const begun = performance.now();
  await call(...train("280", fresh!));
  const took = performance.now() - begun;
  const whole = readFileSync(fresh!, "utf8");
  let died = 0;
  for (let kill = 0; kill < kills; kill++) {
    const at = took * ((kill + Math.random()) / kills);
    if (await killed(start(train("280", out!)), () => true, at)) died++;
    if (!existsSync(out!)) continue;
    expect(readFileSync(out!, "utf8")).toBe(whole);
    rmSync(out!);
  }
  expect(died).toBeGreaterThan(1);
  // What a call leaves that is killed at the very moment of writing.
  const gone = start(["--help"]);
  await gone.done;
  writeFileSync(draftOf(out!).replace(`-${process.pid}-`, `-${gone.pid}-`), "{");
  // One of those killed above may have been at that moment, too.
  expect(draftsOf(out!)).not.toEqual([]);
  expect((await call(...train("280", out!))).code).toBe(0);
  expect(readFileSync(out!, "utf8")).toBe(whole);
  expect(draftsOf(out!)).toEqual([]);
});

it.each(["bin", "tfrecords"])(
  "tokenize to %s goes on, and writes the same bytes",
  async (format) => {
    const data = ["a", "b", "c"].map((name, i) => {
      const file = join(folder, `${name}.jsonl`);
      const lines = Array.from({ length: 600 }, (_, j) => {
        return JSON.stringify({ text: `${i} ${j} ${someText((j * 37) % 4000)}` });
      });
      writeFileSync(file, lines.join("\n"));
      return file;
    });
    const script = fileURLToPath(new URL("support/tokenize-often.ts", import.meta.url));
    const tokenize = (out: string): ChildProcess =>
      spawn(process.execPath, ["--import", "tsx", script, format, out, ...data], {
        stdio: "ignore",
      });
    const ended = (child: ChildProcess) =>
      new Promise<number | null>((resolve) => child.once("close", resolve));
    const [whole, out] = ["whole", "killed"].map((name) => join(folder, `${format}-${name}`));
    expect(await ended(tokenize(whole!))).toBe(0);
    const saved = () =>
      statSync(join(out!, "text.progress.json"), { throwIfNoEntry: false })?.mtimeMs;
    let resumed = 0;
    for (let kill = 0; kill < kills; kill++) {
      const before = saved();
      const child = tokenize(out!);
      const code = ended(child);
      await until(() => child.exitCode !== null || saved() !== before, 1);
      await new Promise((resolve) => setTimeout(resolve, 40 * Math.random()));
      child.kill("SIGKILL");
      if ((await code) === null && before !== undefined) resumed++;
    }
    expect(resumed).toBeGreaterThan(0);
    expect(await ended(tokenize(out!))).toBe(0);
    const written = (path: string) => [...contentsOf(path)].map(([n, text]) => [basename(n), text]);
    const isData = ([name]: readonly (string | undefined)[]): boolean => !name!.endsWith(".json");
    expect(written(out!).filter(isData)).toEqual(written(whole!).filter(isData));
    expect(namesIn(out!)).toEqual(namesIn(whole!));
  },
);
