import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { MtfError } from "mtf";
import { describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { parameterNames } from "../models/index.ts";
import { toHuggingFace, toJson } from "./hugging-face.ts";
import { isOriginalConfig, parseOriginalConfig } from "./original.ts";
import { noteOf, originalKeys } from "./original-keys.ts";
import { parseConfig } from "./schema.ts";

type Keys = Record<string, unknown>;
const read = (name: string): Record<string, Keys> => {
  const path = new URL(`../../test/fixtures/weights/tensorflow/${name}`, import.meta.url);
  return JSON.parse(readFileSync(fileURLToPath(path), "utf8"));
};
const shipped = read("shipped.json");
const variants = read("variants.json");
const XL = shipped.gpt3_XL_256_Pile!;

const problemsOf = (config: Keys): readonly string[] => {
  try {
    parseOriginalConfig(config);
    return [];
  } catch (error) {
    if (!(error instanceof MtfError)) throw error;
    return ((error.details.problems ?? []) as [string, string][]).map(([key]) => key);
  }
};

describe("the configs that GPT-Neo shipped", () => {
  it.each(Object.keys(shipped))("%s", (name) => {
    const keys = shipped[name]!;
    expect(isOriginalConfig(keys)).toBe(true);
    const { config, notes } = parseOriginalConfig(keys, name);
    expect(toHuggingFace(config)).toMatchObject({
      hidden_size: keys.n_embd,
      num_layers: keys.n_layer,
      num_heads: keys.n_head,
      vocab_size: keys.n_vocab,
      max_position_embeddings: keys.n_ctx,
      attention_types: keys.attention_types,
      window_size: 256,
      intermediate_size: null,
      activation_function: "gelu_new",
      layer_norm_epsilon: 1e-5,
      tie_word_embeddings: true,
      bos_token_id: 50256,
      eos_token_id: 50256,
    });
    expect(config.training).toMatchObject({
      tokenizer: "gpt2",
      learning_rate: keys.lr,
      schedule: "cosine",
      warmup_steps: 3000,
      decay_to: 0.1,
      steps: keys.train_steps,
      batch_size: keys.train_batch_size,
      weight_decay: keys.weight_decay,
      betas: [0.9, 0.95],
      epsilon: 1e-8,
      clip_norm: 1,
      mesh: keys.mesh_shape,
      layout: keys.layout,
    });
    const noted = notes.map(([key]) => key);
    expect(noted).toContain("activation_function");
    expect(new Set(noted).size).toBe(noted.length);
    for (const [, reason] of notes) expect(reason).not.toContain("\n");
  });

  it("say of each key what becomes of it", () => {
    const { notes } = parseOriginalConfig(XL);
    expect(notes.map((note) => note.join(" ")).join("\n")).toMatchInlineSnapshot(`
      "eval_batch_size evaluation uses the training batch's size, as the original did in fact
      predict_batch_size the original's sampling at checkpoints has no counterpart: use generate
      precision rounded weights and activations to 8 bits; here they are float32, and agree as far
      activation_function was never read; the original computed gelu in its tanh form, which gelu_new is
      iterations steps a TPU made at a time, which has no counterpart
      predict_steps the original's sampling at checkpoints has no counterpart: use generate
      datasets stitch and datatype chose parts of documents; here all of them are read
      datasets.pile has no dataset_configs/pile.json beside the config or in ./configs: give the files as \`data\`"
    `);
  });

  it("split a batch as the original did", () => {
    // 512 samples on 128 replicas are 4 each, one at a time for 2048 tokens.
    expect(parseOriginalConfig(XL).config.training.grad_accumulation).toBe(4);
    const larger = { ...XL, tokens_per_mb_per_replica: 3 * 2048 };
    expect(parseOriginalConfig(larger).config.training.grad_accumulation).toBe(2);
  });
});

describe("options of the original", () => {
  it.each(Object.keys(variants))("%s", (name) => {
    expect(problemsOf(variants[name]!)).toEqual([]);
  });

  it("are all known", () => {
    for (const config of [...Object.values(variants), ...Object.values(shipped)]) {
      expect(originalKeys).toEqual(expect.arrayContaining(Object.keys(config)));
    }
  });

  it.each([
    [
      { n_layr: 24 },
      "n_layr",
      /no key of GPT-Neo's configs, which ignored it; did you mean n_layer/,
    ],
    [{ entmax_loss: true }, "entmax_loss", /NaN/],
    [{ opt_name: "adafactor" }, "opt_name", /Adafactor/],
    [{ z_loss: 1e-4 }, "z_loss", /counted in evaluation too/],
    [
      { num_mem_kv: 4, attention_types: [[["local"], 24]] },
      "num_mem_kv",
      /ignored by layers that are not global/,
    ],
    [{ precision: "float16" }, "precision", /float32/],
  ])("%j is noted", (change, key, reason) => {
    const { notes } = parseOriginalConfig({ ...XL, ...change });
    expect(Object.fromEntries(notes)[key]).toMatch(reason);
  });

  it("that only change what is drawn are used, by plain models too", () => {
    const dropouts = { embed_dropout: 0.1, attn_dropout: 0.1 };
    const keysOf = (more: Keys) =>
      parseOriginalConfig({ ...XL, ...dropouts, ...more }).notes.map(([key]) => key);
    for (const more of [{}, { macaron: true }]) {
      expect(keysOf(more).filter((key) => key.endsWith("dropout"))).toEqual([]);
    }
  });

  it("that are told of and not used change no result", () => {
    const bases: readonly Keys[] = [
      XL,
      { ...XL, opt_name: "adafactor" },
      { ...XL, mlm_training: true, mlm_mask_id: 3 },
      { ...XL, moe_layers: [1] },
      // Without a change, these two are none.
      { ...XL, attention_types: [[["global"], 2]] },
      { ...XL, n_ctx: undefined },
    ];
    const values = [
      ...[2, 0.5, 1024, true, false, "selu", "linear", "x:2", "batch:x", [2, 3]],
      ...[[[["local"], 24]], { moe_num_experts: 2 }],
    ];
    const read = (keys: Keys): string | undefined => {
      try {
        return JSON.stringify(toJson(parseOriginalConfig(keys).config));
      } catch {
        return undefined;
      }
    };
    const changes = (key: string) =>
      bases.some((base) => {
        const before = read(base);
        return values.some((value) => {
          const after = read({ ...base, [key]: value });
          return after !== undefined && after !== before;
        });
      });
    // Data sets are read with their files, and what is float32 here was rounded for bfloat16.
    const unused = originalKeys.filter((key) => !changes(key));
    expect(unused.join(" ")).toMatchInlineSnapshot(
      `"padding_id activation_function causal model precision num_microbatches iterations log_grads eval_batch_size eval_tasks predict_steps predict_batch_size predict_max_steps remove_partial_sequences sampling_use_entmax slow_sampling datasets dataset_configs no_dataset input_fn shuffle_input_filenames lambada_tokens_path lambada_n_steps model_path"`,
    );
  });

  it("make a model that says so and is read back", () => {
    const keys = shipped.gpt3_PAR_small_256!;
    const { config } = parseOriginalConfig(keys);
    expect(config).toMatchObject({ model_type: "gpt_neo_mesh", original: { none_doubles: true } });
    expect(config.attention_layers.filter((kind) => kind === "none")).toHaveLength(14);
    expect(parameterNames(config).filter(({ path }) => path.includes("attn/q"))).toHaveLength(5);
    for (const keys of Object.values(variants)) {
      const { config } = parseOriginalConfig(keys);
      expect(parseConfig(JSON.parse(JSON.stringify(toJson(config))))).toEqual({
        ...config,
        other: expect.anything(),
      });
    }
  });

  it("that were off say nothing", () => {
    const { notes } = parseOriginalConfig({
      ...XL,
      rezero: false,
      moe_layers: [],
      rotary_emb: null,
    });
    expect(notes.map(([key]) => key)).not.toContain("rezero");
  });

  it("Adafactor never decayed weights", () => {
    const { config } = parseOriginalConfig({ ...XL, opt_name: "Adafactor", weight_decay: 0.1 });
    expect(config.training).toMatchObject({
      optimizer: "adafactor",
      weight_decay: 0,
      adafactor_decay_rate: 0.1,
      schedule: "constant",
      warmup_steps: 0,
    });
  });

  it("Adam's corrected nothing and decayed the final norm", () => {
    const { config, notes } = parseOriginalConfig(XL);
    expect(config.training).toMatchObject({ bias_correction: false, decay_final_norm: true });
    expect(notes.map(([key]) => key)).not.toContain("opt_name");
  });

  it.each([
    [undefined, null],
    [null, null],
    [300_000, 300_000],
  ])("lr_decay_end %j is decay_steps %j", (lr_decay_end, decay_steps) => {
    const { config, notes } = parseOriginalConfig({ ...XL, lr_decay_end });
    expect(config.training.decay_steps).toBe(decay_steps);
    expect(notes.map(([key]) => key)).not.toContain("lr_decay_end");
  });

  it.each([
    [undefined, 1e-4],
    [0, 0],
    [false, 0],
    [3e-3, 3e-3],
  ])("z_loss %j is %j", (z_loss, wanted) => {
    expect(parseOriginalConfig({ ...XL, z_loss }).config.training.z_loss).toBe(wanted);
  });
});

describe("a wrong config", () => {
  it("names all of it at once", () => {
    const { n_ctx: _, ...rest } = XL;
    const wrong = { ...rest, activation_fn: "swish", moe_layers: [1] };
    expect(() => parseOriginalConfig(wrong, "mine.json")).toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-argument] mine.json describes what GPT-Neo's format here cannot hold.
        activation_fn  is "swish", which the original did not know either
        n_ctx          is missing]
    `);
    expect(() => parseOriginalConfig({ ...XL, n_layer: "many" }, "mine.json")).toThrow(
      /num_layers .*"many"/,
    );
    expect(() => parseOriginalConfig({ hidden_size: 4 }, "mine.json")).toThrow(/no n_embd/);
  });

  it("is an error and nothing else, whatever it holds", () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom<unknown>(undefined, { toString: 1 }, 0, -1, 1e300, "batch:x", [
        [["global"], 1e9],
      ]),
    );
    fc.assert(
      fc.property(fc.constantFrom(...originalKeys), value, (key, setting) => {
        expect(() => noteOf(key, setting, XL)).not.toThrow();
        problemsOf({ ...XL, [key]: setting });
      }),
      { numRuns: draws(1000) },
    );
  });
});
