import { join } from "node:path";
import { expect, test } from "vitest";
import { root, runNode } from "../packages/mtf/test/support/page.ts";

/** The losses that the example prints, and its answers: two examples, and how many are right. */
async function ran(...args: string[]) {
  const output = await runNode([
    ...["--import", "tsx", join(root, "examples", "transformer.ts"), ...args],
  ]);
  const losses = [...output.matchAll(/loss (\S+)/g)].map((m) => Number(m[1]));
  const answers = output.split("\n").filter((line) => /counts on|turned round/.test(line));
  const right = /^right: (\d+) and (\d+) of 64$/m.exec(output)!.slice(1).map(Number);
  return { losses, answers, right };
}

const mostlyRight = (right: readonly number[]) => {
  for (const count of right) expect(count).toBeGreaterThanOrEqual(61);
};

test("the transformer counts on and turns strings round, and the same under another layout", async () => {
  const { losses, answers, right } = await ran();
  expect(losses).toHaveLength(7);
  expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
  expect(answers).toEqual(["92 counts on: 92581", "48893 turned round: 39884"]);
  mostlyRight(right);
  const other = await ran("batch:model,vocab:data");
  // Later, steps of this size have made much of how sums were rounded.
  for (const i of [0, 1]) expect(Math.abs(other.losses[i]! - losses[i]!)).toBeLessThan(2e-4);
  expect(other.answers).toEqual(answers);
  mostlyRight(other.right);
}, 120_000);

test("so it does where all layers of a stack have the same weights", async () => {
  const { losses, right } = await ran("batch:data,heads:model,ff:model", "shared");
  expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
  mostlyRight(right);
}, 120_000);
