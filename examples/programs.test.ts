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

test("14-gradients finds whole weights, and which example is wrong", async () => {
  const output = await example("14-gradients");
  const inputs = Array.from({ length: 16 }, (_, n) =>
    [0, 1, 2, 3].map((i) => Math.sin((4 * n + i) ** 2)),
  );
  const pulls = (line: string) =>
    new RegExp(`^pulls at ${line}: (.*)$`, "m").exec(output)![1]!.split(" ").map(Number);
  // At weights of 0 the gradient of (x·w - target)² is -2 target x.
  pulls("first").forEach((pull, n) => {
    const [a, b, c, d] = inputs[n]!;
    const target = 3 * a! - 2 * b! + 0 * c! + d! + (n === 5 ? 40 : 0);
    expect(Math.abs(pull / (2 * Math.abs(target) * Math.hypot(a!, b!, c!, d!)) - 1)).toBeLessThan(
      1e-4,
    );
  });
  pulls("last").forEach((pull, n) => {
    if (n === 5) expect(pull).toBeGreaterThan(40);
    else expect(pull).toBeLessThan(1e-3);
  });
  expect(output).toMatch(/^weights: 3 -2 -?0 1$/m);
  expectAlike(await example("14-gradients", "example:data+model"), output);
}, 120_000);
