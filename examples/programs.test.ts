import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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

/** The tensors of a safetensors file, read as the format says: a length, a header of JSON, the data. */
function tensorsOf(path: string) {
  const bytes = readFileSync(path);
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...header } = JSON.parse(bytes.toString("utf8", 8, begin));
  const tensors = Object.entries(header as Record<string, StoredTensor>).map(([name, stored]) => {
    expect(stored.dtype).toBe("F32");
    const [from, to] = stored.data_offsets;
    const data = Float32Array.from({ length: (to - from) / 4 }, (_, i) =>
      bytes.readFloatLE(begin + from + 4 * i),
    );
    return [name, { shape: stored.shape, data }] as const;
  });
  return Object.fromEntries(tensors);
}

interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/** The loss of the example's net, by the weights of a file. */
function lossOfNet(weights: ReturnType<typeof tensorsOf>): number {
  const row = (x: readonly number[], layer: string, to: number) =>
    Array.from({ length: to }, (_, j) =>
      x.reduce(
        (total, value, i) => total + value * weights[`${layer}/weight`]!.data[i * to + j]!,
        weights[`${layer}/bias`]!.data[j]!,
      ),
    );
  const errors = Array.from({ length: 12 }, (_, n) => {
    const x = [0, 1, 2, 3].map((i) => Math.sin((4 * n + i) ** 2));
    const found = row(row(x, "up", 10).map(Math.tanh), "down", 2);
    return found.map((value, j) => (value - Math.cos(2 * n + j)) ** 2);
  }).flat();
  return errors.reduce((total, error) => total + error) / errors.length;
}

test("15-checkpoint goes on elsewhere, and its file has the weights", async () => {
  const folder = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const output = await example("15-checkpoint", "batch:data,hidden:model", folder);
    const [four, three] = numbersIn(output);
    expect(Math.abs(three! - four!)).toBeLessThan(2e-4);
    const weights = tensorsOf(join(folder, "net.safetensors"));
    const shapes = Object.entries(weights).map(([name, { shape }]) => [name, ...shape]);
    expect(shapes.sort()).toEqual([
      ["down/bias", 2],
      ["down/weight", 10, 2],
      ["up/bias", 10],
      ["up/weight", 4, 10],
    ]);
    expect(Math.abs(lossOfNet(weights) - three!)).toBeLessThan(2e-4);
    expectAlike(await example("15-checkpoint", "input:data,output:model", folder), output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

test("16-diffusion learns to see noise, and draws points near the circle", async () => {
  const output = await example("16-diffusion");
  const losses = [...output.matchAll(/loss (\S+)/g)].map((m) => Number(m[1]));
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  const radii = numbersIn(/^radii: (.*)$/m.exec(output)![1]!);
  expect(radii).toHaveLength(128);
  // Of points drawn from noise alone a third is so near to the circle.
  const near = radii.filter((radius) => Math.abs(radius - 1) < 0.3);
  expect(near.length).toBeGreaterThan(0.8 * radii.length);
  expectAlike(await example("16-diffusion", "point:data+model,inner:data"), output);
}, 120_000);
