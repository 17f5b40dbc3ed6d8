import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeIndexed } from "../src/data/mmididx/write.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { indexOf } from "./support/index-of.ts";
import { logOf, namesIn, someText } from "./support/runs.ts";

// Data that are larger than memory, as far as a test can have any.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const one = ["--mesh", "data:1", "--runtime", "simulator"];
const tiny = ["train", "--config", "tiny", ...one];
const file = (out: string, step: number): string =>
  join(out, "checkpoints", `step-${step}`, "checkpoint.json");
const losses = (out: string) =>
  logOf(out).map(({ loss, validationLoss }) => [loss, validationLoss]);

/** The checkpoint's metadata, changed: it is one of the second version, whose index has no checksum. */
function change(out: string, step: number, by: (metadata: Record<string, unknown>) => void): void {
  const { crc32: _, ...index } = JSON.parse(readFileSync(file(out, step), "utf8"));
  index.version = 2;
  by(index.metadata);
  writeFileSync(file(out, step), JSON.stringify(index));
}

const metadataOf = (out: string, step: number) =>
  JSON.parse(readFileSync(file(out, step), "utf8")).metadata;

describe("a pair of .bin and .idx", () => {
  it("of 60 GB is trained on and validated with at once, and nothing of it is copied", async () => {
    const bin = at("large.bin");
    await writeIndexed(bin, [[[65, 66, 67]]], { vocabSize: 257 });
    // One document of 2^31 - 1 ids is the largest an index can name: fifteen of them, in a hole.
    const [documents, each] = [15, 2 ** 31 - 1];
    truncateSync(bin, 2 * documents * each);
    writeFileSync(at("large.idx"), indexOf(documents, each));
    const out = at("large");
    const run = [
      ...tiny,
      "--data",
      bin,
      "--out",
      out,
      "--steps",
      "2",
      "--eval-every",
      "1",
      "--context",
      "16",
    ];
    resultOf(await callHere(...run, "--json"));
    expect(losses(out).map((pair) => pair.every(Number.isFinite))).toEqual([true, true]);
    expect(metadataOf(out, 2).settings.data_tokens).toBe(documents * (each + 1));
    const size = namesIn(out).reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
    expect(size).toBeLessThan(2e6);
    expect(namesIn(folder)).not.toContain(".gpt-neo-cache");
  });

  it("with an id outside of the vocabulary ends the run there, and what it has is saved", async () => {
    const bin = at("wrong.bin");
    const ids = Array.from({ length: 4000 }, (_, i) => i % 250);
    ids[2000] = 300;
    await writeIndexed(bin, [[ids]], { vocabSize: 400 });
    const out = at("wrong");
    const { code, stderr } = await callHere(
      ...[
        ...tiny,
        "--data",
        bin,
        "--out",
        out,
        "--steps",
        "500",
        "--context",
        "16",
        "--save-every",
        "1000",
      ],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("the id 300 is not in the vocabulary of 257");
    expect(stderr).toContain(`${bin}, byte 4000`);
    const { step } = logOf(out).at(-1)!;
    expect(namesIn(join(out, "checkpoints"))).toEqual([`step-${step}`]);
  });
});

describe("a run", () => {
  const text = at("text.txt");
  writeFileSync(text, someText(3000));
  const run = [...tiny, "--data", text, "--eval-every", "2", "--save-every", "1"];
  const to = (out: string, steps: number, ...more: readonly string[]) => {
    const shape = more.includes("--context") ? [] : ["--context", "16", "--batch-size", "2"];
    return callHere(...run, ...shape, "--out", out, "--steps", `${steps}`, "--json", ...more);
  };

  it("that took its data in the first order finishes in it, however often it is resumed", async () => {
    const [begun, whole, stopped, other] = ["begun", "whole", "stopped", "other"].map(at) as [
      string,
      string,
      string,
      string,
    ];
    resultOf(await to(begun, 1));
    cpSync(begun, other, { recursive: true });
    expect(metadataOf(begun, 1).dataOrder).toBe(4);
    change(begun, 1, (metadata) => {
      delete metadata.dataOrder;
    });
    for (const out of [whole, stopped]) cpSync(begun, out, { recursive: true });
    resultOf(await to(whole, 6, "--resume"));
    resultOf(await to(stopped, 3, "--resume"));
    resultOf(await to(stopped, 6, "--resume"));
    expect(metadataOf(whole, 6).dataOrder).toBe(1);
    resultOf(await to(other, 6, "--resume"));
    expect(losses(whole)).not.toEqual(losses(other));
    // The learning rate's decay differs between three steps and six; the data do not.
    expect(metadataOf(stopped, 6).position).toEqual(metadataOf(whole, 6).position);
    expect(metadataOf(stopped, 6).dataOrder).toBe(1);
  });

  it("of an order that is not known here is refused by its version", async () => {
    const out = at("later");
    resultOf(await to(out, 1));
    change(out, 1, (metadata) => {
      metadata.dataOrder = 5;
    });
    const { code, stderr } = await to(out, 2, "--resume");
    expect(code).toBe(1);
    expect(stderr).toContain("takes its data in an order of version 5");
    rmSync(out, { recursive: true });
  });

  it("that goes on with another context and batch goes on in its data by tokens", async () => {
    const out = at("longer");
    resultOf(await to(out, 5));
    expect(metadataOf(out, 5).position).toEqual({ epoch: 0, index: 10 });
    const wider = await to(out, 6, "--resume", "--context", "32", "--batch-size", "3");
    // Ten samples of 16 are five of 32, and three more.
    expect(wider.code, wider.stderr).toBe(0);
    expect(metadataOf(out, 6).position).toEqual({ epoch: 0, index: 8 });
  });
});
