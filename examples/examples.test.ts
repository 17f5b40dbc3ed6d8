import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, runNode } from "../packages/mtf/test/support/page.ts";

const example = (name: string, ...args: string[]) =>
  runNode([join(root, "examples", `${name}.mjs`), ...args]);

/** The losses that an example prints. */
const lossesIn = (output: string) => [...output.matchAll(/loss (\S+)/g)].map((m) => Number(m[1]));

test("01-train-gpt-neo refuses what it does not know", async () => {
  await expect(example("01-train-gpt-neo", "--frehs")).rejects.toThrow("--fresh");
});

test("02-two-layer-net learns, and the same under another layout", async () => {
  const losses = lossesIn(await example("02-two-layer-net"));
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
  const lines = (await example("04-shard-the-optimizer")).trim().split("\n");
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

test("every example is tested here", () => {
  const numbered = readdirSync(join(root, "examples")).filter((file) => /^\d\d-/.test(file));
  expect(numbered.map((file) => file.slice(0, 2))).toEqual(["01", "02", "03", "04"]);
});
