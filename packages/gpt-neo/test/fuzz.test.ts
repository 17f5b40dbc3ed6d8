import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { MtfError } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import { beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../mtf/src/testing/draws.ts";
import { readConfig } from "../src/config/index.ts";
import { inspect } from "../src/inspect/inspect.ts";
import { readLog } from "../src/log.ts";
import { loadTokenizer, makeTokenizer, tokenizerSource } from "../src/tokenizer/index.ts";
import { loadWeights } from "../src/weights/index.ts";
import { callHere, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";
import { someText } from "./support/runs.ts";
import { mutations } from "./support/weights.ts";

// One file of a folder is damaged in any way, and all that reads it is asked to: it reads, or ends in
// an error of ours that names a file there and a reason. It does not hang, does not run out of stack,
// and does not allocate what only a damaged number asks for.

const folder = temporaryFolder();

/** Damage as only texts have it: what makes readers recurse, unfold or allocate. */
function textMutations(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const put = fc.oneof(
    fc.constantFrom("[", "{", "]", "}", ",", ":", '"', "null", "-1", "1e999", "0.5", '""', "\0"),
    fc.constantFrom(
      "[".repeat(1e4),
      '{"a":'.repeat(1e4),
      "9".repeat(400),
      '"__proto__":{},',
      "&a *a",
    ),
    fc.constantFrom("- ".repeat(1e4), "\n\t", "\uFEFF", "\ud800", "x".repeat(1e5), "2147483648"),
    fc.string({ maxLength: 5 }),
  );
  const change = fc.tuple(fc.nat(good.length), fc.nat(12), put);
  const changed = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<Uint8Array>((bytes, [at, gone, text]) => {
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(text), bytes.subarray(at + gone)]);
    }, good),
  );
  return fc.oneof(changed, mutations(good));
}

async function readWeights(path: string): Promise<void> {
  const weights = await loadWeights(path);
  try {
    for (const name of weights.tensors.keys()) await weights.read(name);
  } finally {
    await weights.close();
  }
}

async function readCheckpoint(path: string): Promise<void> {
  const checkpoint = await openCheckpoint(path);
  try {
    for (const name of checkpoint.names) await checkpoint.read(name);
  } finally {
    await checkpoint.close();
  }
}

const text = "Call me Ishmael. <|endoftext|> 123 naïve 中文\n";
async function encode(path: string): Promise<void> {
  const tokenizer = makeTokenizer(await tokenizerSource(path));
  tokenizer.decode([...tokenizer.encode(text)]);
}

/** A run of a step, whose checkpoint and log are damaged. */
const run = join(folder, "run");
beforeAll(async () => {
  const data = join(folder, "text.txt");
  writeFileSync(data, someText(2000));
  const short = ["--steps", "1", "--batch-size", "1", "--context", "16"];
  const where = ["--mesh", "data:2", "--runtime", "simulator", "--storage", "embd:data"];
  const made = ["train", "--config", "tiny", "--data", data, "--out", run, ...short, ...where];
  expect((await callHere(...made)).code).toBe(0);
});

type Read = (folder: string, file: string) => Promise<unknown>;
const weightsIn: Read = (path) => readWeights(path);
const cases: readonly (readonly [from: () => string, file: string, runs: number, Read])[] = [
  [() => fixture("weights/safetensors/one"), "model.safetensors", 90, weightsIn],
  [() => fixture("weights/safetensors/one"), "config.json", 90, weightsIn],
  [() => fixture("weights/safetensors/sharded"), "model.safetensors.index.json", 90, weightsIn],
  [() => fixture("weights/safetensors/sharded"), "model-00002-of-00005.safetensors", 36, weightsIn],
  [() => fixture("weights/pytorch/bin_sharded"), "pytorch_model.bin.index.json", 60, weightsIn],
  [() => fixture("weights/pytorch/bin"), "pytorch_model.bin", 36, weightsIn],
  [() => fixture("weights/tensorflow/adam"), "model.ckpt-8.index", 48, weightsIn],
  [() => fixture("weights/tensorflow/adam"), "checkpoint", 36, weightsIn],
  [() => fixture("weights/tensorflow/adam"), "model.json", 60, weightsIn],
  [
    () => join(run, "checkpoints/step-1"),
    "checkpoint.json",
    250,
    async (path) => {
      await readCheckpoint(path);
      await inspect(path);
    },
  ],
  [() => join(run, "checkpoints/step-1"), "device-0.safetensors", 48, readCheckpoint],
  [() => run, "log.jsonl", 48, (_, file) => readLog(file)],
  [() => fixture("tokenizer-json/tiny-neox20b"), "tokenizer.json", 150, (_, file) => encode(file)],
  [
    () => fixture("tokenizer-json/tiny-nfkc_prefix"),
    "tokenizer.old-merges.json",
    250,
    (_, file) => encode(file),
  ],
  [() => fixture("config"), "tiny.json", 120, (_, file) => readConfig(file)],
  [() => fixture("weights/tensorflow/adam"), "model.json", 120, (_, file) => readConfig(file)],
  [() => fixture("config/neox"), "small.yml", 150, (_, file) => readConfig(file)],
];

describe("a damaged file", () => {
  it.each(cases.map(([from, file, runs, read]) => ({ from, file, runs, read })))(
    "$file is read or refused",
    async ({ from, file, runs, read }) => {
      const copy = mkdtempSync(join(folder, "damaged-"));
      cpSync(from(), copy, {
        recursive: true,
        filter: (path) => !/checkpoints$|expected|io\.safetensors$/.test(path) || path === from(),
      });
      const target = join(copy, file);
      const good = readFileSync(target);
      const isText = /\.(json|jsonl|yml)$|checkpoint$/.test(file);
      // What is read has a place to be, and a few copies of it.
      const size = readdirSync(copy, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .reduce((sum, { name }) => sum + statSync(join(copy, name)).size, 0);
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(isText ? textMutations(good) : mutations(good), async (bytes) => {
          writeFileSync(target, bytes);
          const before = process.memoryUsage().arrayBuffers;
          try {
            await read(copy, target);
          } catch (error) {
            checkError(error, copy);
            refused++;
          }
          expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(
            16 * size + 48 * 2 ** 20,
          );
        }),
        { numRuns: draws(runs) },
      );
      // What a TensorFlow folder's list says, the names of its files say too; of a log, the last line
      // may be unfinished.
      if (file !== "checkpoint" && file !== "log.jsonl")
        expect(refused).toBeGreaterThan(draws(runs) / 20);
      rmSync(copy, { recursive: true });
    },
  );

  it("vocab.json is of GPT-2, or refused", async () => {
    const copy = mkdtempSync(join(folder, "vocabulary-"));
    const good = Buffer.from('{"!": 0, "\\"": 1, "#": 2}');
    await fc.assert(
      fc.asyncProperty(textMutations(good), async (bytes) => {
        writeFileSync(join(copy, "vocab.json"), bytes);
        await loadTokenizer(copy, 0).then(
          () => expect.unreachable(),
          (error: unknown) => checkError(error, copy),
        );
      }),
      { numRuns: draws(100) },
    );
  });
});

function checkError(error: unknown, copy: string): void {
  if (!(error instanceof MtfError)) throw error;
  expect(["bad-file", "bad-argument", "bad-checkpoint"]).toContain(error.code);
  expect(error.message).toMatch(/^\[bad-\w+\] .{10}/);
  expect(error.message).toContain(basename(copy));
  expect(error.message).not.toMatch(/undefined|\[object /);
  expect(error.message.length).toBeLessThan(20_000);
}
