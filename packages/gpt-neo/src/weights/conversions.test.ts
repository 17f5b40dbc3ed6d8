import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openModel, openSafetensors } from "mtf/checkpoint";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "mtf/files";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../config/index.ts";
import { convertWeights } from "./convert.ts";
import { meaningsIn } from "./names.ts";
import { isOriginalNaming, meaningOfOriginal } from "./original-names.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/weights/", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conversions-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Every kind of source, and the same numbers as others wrote them down, in safetensors. */
const sources = {
  "safetensors/one": "safetensors/one/model.safetensors",
  "safetensors/one/model.safetensors": "safetensors/one/model.safetensors",
  "safetensors/sharded": "safetensors/one/model.safetensors",
  "pytorch/bin": "safetensors/one/model.safetensors",
  "pytorch/bin_sharded": "safetensors/one/model.safetensors",
  "pytorch/bin_quirks": "pytorch/bin_quirks/expected.safetensors",
  "tensorflow/global_local": "tensorflow/global_local/weights.safetensors",
  "tensorflow/bfloat16/model.ckpt-0": "tensorflow/bfloat16/weights.safetensors",
  "tensorflow/adam": "tensorflow/adam/final.safetensors",
} as const;

const types = {
  kept: undefined,
  float32: ["F32", (x: number) => x],
  float16: ["F16", (x: number) => fromFloat16(toFloat16(x))],
  bfloat16: ["BF16", (x: number) => fromBfloat16(toBfloat16(x))],
} as const;

interface Expected {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** All of them are of one model. */
const meaningOf = meaningsIn(await loadConfig(`${fixtures}safetensors/one/config.json`));

/** What the oracle's file holds, by Hugging Face's names and in its orientation. */
async function oracle(file: string): Promise<Map<string, Expected>> {
  const weights = await openSafetensors(fixtures + file);
  const original = isOriginalNaming(weights.tensors.keys());
  const found = new Map<string, Expected>();
  for (const [from, { shape }] of weights.tensors) {
    const meaning = original ? meaningOfOriginal(from) : meaningOf(from);
    if (meaning.kind !== "weight") continue;
    const values = [...(await weights.read(from, { as: "float32" }))];
    const [rows, columns] = shape as [number, number];
    const turned = meaning.transposed && shape.length === 2;
    found.set(meaning.name, {
      shape: turned ? [columns, rows] : shape,
      values: turned
        ? values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!)
        : values,
    });
  }
  await weights.close();
  return found;
}

describe.each(Object.entries(sources))("%s", (from, written) => {
  it.each(Object.keys(types) as (keyof typeof types)[])(
    "as %s, in one file and in several",
    async (type) => {
      const expected = await oracle(written);
      for (const maxShardSize of [undefined, 4000]) {
        const to = await mkdtemp(join(folder, "out-"));
        await convertWeights(fixtures + from, to, {
          ...(type !== "kept" && { dtype: type }),
          ...(maxShardSize !== undefined && { maxShardSize }),
        });
        const model = await openModel(to);
        expect([...model.tensors.keys()].sort()).toEqual([...expected.keys()].sort());
        const [stored, round] = types[type] ?? [undefined, (x: number) => x];
        for (const [name, { shape, values }] of expected) {
          const tensor = model.tensors.get(name)!;
          expect(tensor.shape).toEqual(shape);
          if (stored) expect(tensor.dtype).toBe(stored);
          expect([...(await model.read(name, { as: "float32" }))]).toEqual(values.map(round));
        }
        await model.close();
        await checkNames(to, maxShardSize);
      }
    },
  );
});

/** Files are named as Hugging Face names them, and the index tells all of them. */
async function checkNames(to: string, maxShardSize: number | undefined): Promise<void> {
  const files = (await readdir(to)).filter((name) => /^model/.test(name)).sort();
  if (maxShardSize === undefined) {
    expect(files).toEqual(["model.safetensors"]);
    return;
  }
  const shards = files.filter((name) => name.endsWith(".safetensors"));
  const digits = (n: number): string => String(n).padStart(5, "0");
  const name = (_: unknown, i: number) =>
    `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`;
  expect(files).toEqual([...shards.map(name), "model.safetensors.index.json"]);
  const index = JSON.parse(await readFile(join(to, "model.safetensors.index.json"), "utf8"));
  let bytes = 0;
  const map: Record<string, string> = {};
  for (const shard of shards) {
    const { tensors, close } = await openSafetensors(join(to, shard));
    const sizes = [...tensors.values()].map((tensor) => tensor.bytes);
    for (const tensor of tensors.keys()) map[tensor] = shard;
    bytes += sizes.reduce((a, b) => a + b, 0);
    // A tensor larger than the limit has a file to itself.
    if (sizes.length > 1) expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(maxShardSize);
    await close();
  }
  expect(index.weight_map).toEqual(map);
  expect(index.metadata.total_size).toBe(bytes);
}

it("the index has the keys of Hugging Face's, and its numbers", async () => {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const theirs = read(`${fixtures}safetensors/sharded/model.safetensors.index.json`);
  const to = await mkdtemp(join(folder, "index-"));
  await convertWeights(`${fixtures}safetensors/sharded`, to, { maxShardSize: 50_000 });
  const ours = read(join(to, "model.safetensors.index.json"));
  expect(ours.metadata).toEqual(theirs.metadata);
  expect(Object.keys(ours.weight_map)).toEqual(Object.keys(theirs.weight_map));
});
