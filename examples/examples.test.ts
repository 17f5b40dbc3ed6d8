import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { expect, test } from "vitest";
import { onOtherDevices, root, runChanged, runNode } from "../packages/mtf/test/support/page.ts";

const typed = (name: string, ...args: string[]) =>
  runNode(["--import", "tsx", join(root, "examples", `${name}.ts`), ...args]);

const example = (name: string, ...args: string[]) =>
  runNode([join(root, "examples", `${name}.mjs`), ...args]);

const printed = new Map<string, Promise<string>>();

/** What an example prints as it stands: it runs once for all tests that ask. */
function asItStands(name: string): Promise<string> {
  const running = printed.get(name) ?? example(name);
  printed.set(name, running);
  return running;
}

/** The losses that an example prints. */
const lossesIn = (output: string) => [...output.matchAll(/loss (\S+)/g)].map((m) => Number(m[1]));

test("01-train-gpt-neo refuses what it does not know", async () => {
  await expect(example("01-train-gpt-neo", "--frehs")).rejects.toThrow("--fresh");
});

test("02-two-layer-net learns, and the same under another layout", async () => {
  const losses = lossesIn(await asItStands("02-two-layer-net"));
  expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
  const others = lossesIn(await example("02-two-layer-net", "batch:model,pixel:data"));
  expect(others).toHaveLength(losses.length);
  others.forEach((loss, i) => {
    expect(Math.abs(loss - losses[i]!)).toBeLessThan(2e-4);
  });
});

test("03-print-a-program prints a program, or what is wrong with a layout", async () => {
  expect(await example("03-print-a-program")).toContain("all-reduce(sum, model)");
  expect(await example("03-print-a-program", "model:3", "length:model")).toContain(
    "length=128@model",
  );
  await expect(example("03-print-a-program", "data:2", "batch:dta")).rejects.toThrow(
    "try   batch -> data",
  );
});

test("04-shard-the-optimizer holds less for the same losses", async () => {
  const lines = (await asItStands("04-shard-the-optimizer")).trim().split("\n");
  const held = lines.map((line) => Number(/holds +([\d.]+) MiB/.exec(line)![1]));
  expect(held[1]).toBeCloseTo(held[0]! / 2, 1);
  expect(held[2]).toBeCloseTo(held[0]! / 4, 1);
  const losses = lines.map((line) => line.split("losses ")[1]!.split(" ").map(Number));
  losses.forEach((own) => {
    own.forEach((loss, i) => {
      expect(Math.abs(loss - losses[0]![i]!)).toBeLessThan(2e-4);
    });
  });
});

test("05-generate-and-score continues a text and knows words from none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const novel = join(folder, "novel.txt");
    writeFileSync(novel, "The whale swam away. ".repeat(400));
    const run = join(folder, "run");
    const cli = join(root, "packages/gpt-neo/bin/gpt-neo.js");
    const where = ["--mesh", "data:1", "--runtime", "simulator", "--backend", "wasm"];
    const settings = ["--config", "tiny", "--steps", "40", "--lr", "3e-3"];
    await runNode([cli, "train", ...settings, "--data", novel, "--out", run, ...where]);
    const output = await typed("05-generate-and-score", run);
    expect(output).toMatch(/^The whale /);
    const [words, noise] = [...output.matchAll(/^(-\S+) per token/gm)].map((m) => Number(m[1]));
    expect(words).toBeGreaterThan(noise!);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

test("06-train-from-code learns sums, and its model continues one", async () => {
  const output = await typed("06-train-from-code", "300");
  const losses = lossesIn(output);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  expect(output).toContain("ended after step 300");
  expect(output).toMatch(/^3 \+ 1 = 4\.$/m);
  const [, odds] = /is (\S+) times as likely/.exec(output)!;
  expect(Number(odds)).toBeGreaterThan(1);
}, 120_000);

test("07-fine-tune leaves a model that predicts better", async () => {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const [text, heldOut] = ["text.txt", "held-out.txt"].map((name) => join(folder, name));
    writeFileSync(text!, "The whale swam away. ".repeat(400));
    writeFileSync(heldOut!, "The whale swam away. ".repeat(20));
    const run = join(folder, "run");
    const cli = join(root, "packages/gpt-neo/bin/gpt-neo.js");
    const begin = ["--config", "tiny", "--steps", "2", "--data", text!, "--out", run];
    await runNode([cli, "train", ...begin, "--mesh", "data:1", "--runtime", "simulator"]);
    const out = join(folder, "tuned");
    const output = await typed("07-fine-tune", run, text!, heldOut!, out);
    expect(output).toContain("saved after step 40");
    const [before, after] = [...output.matchAll(/^perplexity \w+ (\S+)/gm)].map((m) =>
      Number(m[1]),
    );
    expect(after).toBeLessThan(0.5 * before!);
    // The same call goes on; where all is done it says so.
    expect(await typed("07-fine-tune", run, text!, heldOut!, out)).toContain(
      "nothing is left to do",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

test("few-shot finds a sentiment, an answer and a translation, and shows its prompts", async () => {
  const output = await typed("few-shot");
  expect(output).toContain(
    "Film: I fell asleep.\nVerdict: bad\n\nFilm: A feast for the eyes.\nVerdict:\n",
  );
  const [, good] = /^ {2}good: (\S+), of no film/m.exec(output)!;
  expect(Number(good)).toBeGreaterThan(0.5);
  expect(output).toContain("Question: Capital of Italy?\nAnswer:\n  Rome\n");
  expect(output).toContain("English: bread\nFrench:\n  pain\n");
  await expect(typed("few-shot", "no-such-folder")).rejects.toThrow("no-such-folder");
}, 120_000);

test.each(["02-two-layer-net", "04-shard-the-optimizer"])(
  "%s prints the same losses in one thread as on workers",
  async (name) => {
    const there = await runChanged(`examples/${name}.mjs`, onOtherDevices);
    const here = await asItStands(name);
    const numbers = (output: string) => output.match(/\d+\.\d+/g)!.map(Number);
    expect(numbers(there)).toHaveLength(numbers(here).length);
    numbers(there).forEach((number, i) => {
      expect(Math.abs(number - numbers(here)[i]!)).toBeLessThan(2e-4);
    });
  },
);

test("every example has a test", () => {
  const files = readdirSync(join(root, "examples"));
  const tests = files.filter((file) => file.endsWith(".test.ts"));
  const all = tests.map((file) => readFileSync(join(root, "examples", file), "utf8")).join("\n");
  const numbered = files.filter((file) => /^\d\d-/.test(file));
  expect(numbered.length).toBeGreaterThan(7);
  expect(numbered.filter((file) => !all.includes(parse(file).name))).toEqual([]);
});

test("plan-switch-c plans 2,048 devices: one all-to-all there and one back a layer", async () => {
  const printed = await typed("plan-switch-c");
  expect(printed.replaceAll(/ plan-switch-c.ts:\d+/g, "")).toMatchInlineSnapshot(`
    "all-gather(data)      forward   einsum   1,046,387,097,600 B
    all-to-all(data)      forward   rename   1,046,387,097,600 B
    all-to-all(data)      forward   rename   1,046,387,097,600 B
    all-reduce(data)      forward   sum                491,280 B
    all-reduce(data)      forward   sum                 16,376 B
    all-gather(data)      forward   einsum   1,046,387,097,600 B
    all-to-all(data)      forward   rename   1,046,387,097,600 B
    all-to-all(data)      forward   rename   1,046,387,097,600 B
    all-to-all(data)      backward  rename   1,046,387,097,600 B
    all-to-all(data)      backward  rename   1,046,387,097,600 B
    all-reduce(data)      backward  einsum   1,094,346,506,240 B
    all-reduce(data)      backward  region       1,021,862,400 B
    and all-reduce(data)  backward  region       1,021,862,400 B
    all-reduce(data)      backward  region   2,092,774,195,200 B
    all-reduce(data)      backward  region   2,092,774,195,200 B
    all-reduce(data)      backward  region   2,092,774,195,200 B
    all-reduce(data)      backward  region   2,092,774,195,200 B
    reduce-scatter(data)  backward  region   1,046,387,097,600 B
    total                                                       18,884,971,397,896 B
    1.57 trillion parameters
    a device holds 16.1 GB at rest, 24.0 GB at most
    and receives 9.2 GB in a step
    "
  `);
  const program = await typed("plan-switch-c", "--program");
  const lines = program.split("\n").map((line) => line.replace(/ +\S+\.ts:\d+.*/, "").trim());
  const moved = lines.filter((line) => /place=1.*(all-to-all|exchange)/.test(line)).slice(0, 2);
  expect(moved.map((line) => line.replaceAll(/%\d+/g, "%"))).toMatchInlineSnapshot(`
    [
      "% f32[~expert=2048@data, batch=2048, place=1, embd=2080] = all-to-all(data) %             34,879,569,920 B  rename",
      "% f32[expert=2048, batch=2048@data, place=1, embd=2080] = all-to-all(data) %              34,879,569,920 B  rename",
    ]
  `);
});
