import { join } from "node:path";
import { expect, test } from "vitest";
import { root, runNode } from "../packages/mtf/test/support/page.ts";

const example = (name: string, ...args: string[]) =>
  runNode(["--import", "tsx", join(root, "examples", `${name}.ts`), ...args]);

const numbersIn = (output: string) => output.match(/-?\d+\.\d+/g)!.map(Number);

/** Expects what another layout printed to be the same numbers, but for rounding. */
function expectAlike(other: string, output: string) {
  const [expected, found] = [numbersIn(output), numbersIn(other)];
  expect(found).toHaveLength(expected.length);
  found.forEach((x, i) => void expect(Math.abs(x - expected[i]!)).toBeLessThan(2e-4));
}

test("13-k-means-and-page-rank finds the middles, and the ranks of a power iteration", async () => {
  const output = await example("13-k-means-and-page-rank");
  const middles = [...output.matchAll(/^middle (\S+) (\S+)$/gm)].map((m) => m.slice(1).map(Number));
  const drawnAround = [
    [0, 0],
    [4, 1],
    [1, 5],
  ];
  // Thirty points with a deviation of 0.5: their mean is hardly three tenths off.
  drawnAround.forEach(([x, y], i) => {
    expect(Math.hypot(middles[i]![0]! - x!, middles[i]![1]! - y!)).toBeLessThan(0.3);
  });

  const links = [[1, 2, 3], [0, 2], [0], [0, 4], [0, 3]];
  let ranks = links.map(() => 1 / 5);
  for (let round = 0; round < 100; round++) {
    const next = links.map(() => 1 / 7 / 5);
    links.forEach((to, page) => {
      for (const other of to) next[other]! += ((6 / 7) * ranks[page]!) / to.length;
    });
    ranks = next;
  }
  const found = [...output.matchAll(/^(?:home|shop|help|news|blog) (\S+)$/gm)];
  expect(found).toHaveLength(5);
  found.forEach((m, i) => void expect(Math.abs(Number(m[1]) - ranks[i]!)).toBeLessThan(2e-4));
  expectAlike(await example("13-k-means-and-page-rank", "point:data+model,to:data"), output);
}, 120_000);
