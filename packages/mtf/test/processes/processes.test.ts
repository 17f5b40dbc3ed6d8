import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { simulator } from "../../src/simulator.ts";
import { layoutCases } from "./layoutCases.ts";
import { runPair } from "./pair.ts";
import { saving } from "./saving.ts";

// Longer than a process of a pair may take, which then tells what it has written.
vi.setConfig({ testTimeout: 300_000 });

const script = (name: string) => new URL(`./${name}.member.ts`, import.meta.url);

test("two processes that share a socket compute what one does, bit by bit", async () => {
  const pair = await runPair(script("layoutCases"));
  const alone = await layoutCases([[2], [2, 2], [3, 1]], (mesh, backend) =>
    simulator(mesh, { backend, deterministic: true }),
  );
  for (const { code, output, errors } of pair) {
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(output.trim().split("\n")).toEqual(alone);
  }
});

test("a process asks for its own devices' boxes, and reads everything", async () => {
  const pair = await runPair(script("sources"));
  expect(pair.map(({ output, errors }) => output + errors)).toEqual([
    "0+2 0+3, 2+2 0+3\n0 2 2 4 4 6\n",
    "4+2 0+3, 6+1 0+3\n0 2 2 4 4 6\n",
  ]);
});

test("processes whose sources take different times do all in the order of calls", async () => {
  const pair = await runPair(script("turns"));
  const printed = "10 11 12 13 14\ntrue true\n15\n6 6 6 6 6\nadd 1, all-reduce(x) 1, reduce 1\n";
  expect(pair.map(({ output, errors }) => output + errors)).toEqual([printed, printed]);
});

test("what two processes save is what one does, and all of them load it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mtf-saving-"));
  const pair = await runPair(script("saving"), join(folder, "pair"));
  const alone = await saving(join(folder, "alone"), (mesh) => simulator(mesh));
  expect(alone[1]).toBe(alone[2]);
  for (const { output, errors } of pair) {
    expect(errors).toBe("");
    expect(output.trim().split("\n")).toEqual(alone);
  }
  const files = readdirSync(join(folder, "alone"));
  expect(readdirSync(join(folder, "pair"))).toEqual(files);
  for (const file of files) {
    const [a, b] = ["alone", "pair"].map((of) => readFileSync(join(folder, of, file)));
    expect(a!.equals(b!), file).toBe(true);
  }
  rmSync(folder, { recursive: true });
});

test.each([
  ["another mesh", "device 1 (x=1) failed because its process ended", "y:2"],
  [
    "another program",
    "device 1 (x=1) failed because its process ended",
    "the processes have different programs",
  ],
  ["an early end", "device 1 (x=1) failed because its process ended", ""],
  ["a broken source", "device 1 (x=1) failed because its process ended", "the disk is gone"],
])("where one process has %s, both end", async (how, first, second) => {
  const pair = await runPair(script("failing"), how);
  expect(pair.map(({ code }) => code)).toEqual([1, how === "an early end" ? 7 : 1]);
  expect(pair[0]!.output).toContain(first);
  expect(pair[1]!.output).toContain(second);
  expect(pair.map(({ errors }) => errors)).toEqual(["", ""]);
});
