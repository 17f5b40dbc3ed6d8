import { placeholder } from "mtf";
import { expect, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { cacheOf, dimsOf, forward, modelOf, parameterPlaceholders } from "./index.ts";

const sizes = { hidden_size: 24, num_layers: 2, num_heads: 4, vocab_size: 31 };
const gptNeo = parseConfig({
  ...{ ...sizes, max_position_embeddings: 64, window_size: 8 },
  attention_types: [[["global", "local"], 1]],
});

function kept(config: typeof gptNeo, length: number, memory: number): readonly string[] {
  const dims = modelOf(config).dims(config, 1, length, memory);
  return cacheOf(config, dims, placeholder).map(({ keys }) =>
    Object.values(keys.dims)
      .map(({ name, size }) => `${name}=${size}`)
      .join(),
  );
}

it("local layers keep their window and what comes at once", () => {
  expect(kept(gptNeo, 4, 64)).toEqual([
    "batch=1,heads=4,memory_length=64,kv=6",
    "batch=1,heads=4,memory_length=11,kv=6",
  ]);
  // A row that is short for now needs no more.
  expect(kept(gptNeo, 4, 10)[1]).toBe("batch=1,heads=4,memory_length=10,kv=6");
});

it("grouped queries keep the heads of their keys", () => {
  const llama = parseConfig({
    ...{ model_type: "llama", hidden_size: 24, num_hidden_layers: 1, num_attention_heads: 4 },
    ...{ num_key_value_heads: 2, vocab_size: 31, max_position_embeddings: 64 },
  });
  expect(kept(llama, 4, 64)).toEqual(["batch=1,heads=2,memory_length=64,kv=6"]);
});

it("is refused where it is too short, and beside what says otherwise where tokens are", () => {
  const dims = modelOf(gptNeo).dims(gptNeo, 1, 4, 64);
  const rows = placeholder([dims.batch, dims.length], "int32");
  const counts = placeholder([dims.batch], "int32");
  const of = (length: number, options: object = {}) => {
    const layers = cacheOf(
      gptNeo,
      { ...dims, length: dimsOf(gptNeo, 1, length).length },
      placeholder,
    );
    const cache = { layers, before: counts, counts };
    const parameters = parameterPlaceholders(gptNeo, dims);
    return () => forward(gptNeo, dims, parameters, rows, { cache, ...options });
  };
  expect(of(4)).not.toThrow();
  expect(of(3)).toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [bad-argument] forward: layer 1 keeps 10 tokens, too few for 4 at once.
      needed  11, the layer being local
      try     cacheOf(config, dims, placeholder) with dims of the longest chunk]
  `);
  expect(of(4, { positions: rows })).toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [bad-argument] forward: 'options.positions' does not go with a cache.
      try  cache.before and cache.counts, which say where each row's tokens are]
  `);
  expect(of(4, { recompute: true })).toThrow("'options.recompute' does not go with a cache");
});
