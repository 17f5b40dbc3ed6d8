import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { MtfError } from "mtf";
import { describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { temporaryFolder } from "../../../test/support/cli.ts";
import { fixture } from "../../../test/support/expected.ts";
import { dimsOf } from "../../models/index.ts";
import { usualArchitecture } from "../architecture.ts";
import { toJson } from "../hugging-face.ts";
import { loadConfig, readConfig } from "../load.ts";
import { parseConfig } from "../schema.ts";
import { parseNeox, readNeox } from "./index.ts";

const small = fixture("config/neox/small.yml");
const local = fixture("config/neox/local.yml");
const folder = temporaryFolder();

const model = `num-layers: 2
hidden-size: 64
num-attention-heads: 4
max-position-embeddings: 128
seq-length: 128
`;
const read = (more: string) => parseNeox(readNeox(model + more, "a.yml"), "a.yml");
const error = (more: string): string => {
  try {
    read(more);
  } catch (caught) {
    return (caught as Error).message;
  }
  return "no error";
};
const noted = (more: string): string =>
  read(more)
    .notes.slice(1)
    .map((note) => note.join(" "))
    .join("\n");

describe("a config in two files", () => {
  it("is the model and the run that they describe", async () => {
    const { config, format } = await readConfig(`${small},${local}`);
    expect(format).toBe("neox");
    expect(config).toMatchObject({
      vocab_size: 50432,
      hidden_size: 768,
      num_layers: 12,
      num_heads: 12,
      max_position_embeddings: 2048,
      attention_types: [[["global"], 12]],
      tie_word_embeddings: false,
    });
    expect(config.training).toEqual({
      data: [{ files: ["data/enwik8/enwik8_text_document"], weight: 1 }],
      validation_data: null,
      tokenizer: "gpt2",
      initial_weights: {
        method: "neox",
        init_method: "small_init",
        output_layer_init_method: "scaled_normal",
      },
      cross_document_loss: true,
      cross_document_attention: true,
      recompute: false,
      reset_positions: false,
      batch_size: 16,
      context: 1024,
      steps: 320_000,
      grad_accumulation: 2,
      learning_rate: 6e-4,
      schedule: "cosine",
      warmup_steps: 3200,
      decay_to: expect.closeTo(0.1),
      decay_steps: 320_000,
      optimizer: "adamw",
      muon_momentum: 0.95,
      adafactor_decay_rate: null,
      adafactor_momentum: null,
      adafactor_epsilon: 1e-30,
      adafactor_least_scale: 1e-3,
      weight_decay: 0.1,
      decay_final_norm: false,
      dropout_apart: false,
      betas: [0.9, 0.95],
      epsilon: 1e-8,
      bias_correction: true,
      clip_norm: 1,
      clip_value: null,
      clip_adaptive: null,
      cooldown_steps: null,
      no_decay: [],
      rates: [],
      ema: null,
      z_loss: 0,
      validation: 0.05,
      eval_every: 1000,
      eval_batches: 10,
      save_every: 10_000,
      extra_saves: [],
      exit_every: null,
      seed: 7,
      mesh: "data:2,model:2",
      layout: null,
      loss: "cross_entropy",
      masking: null,
      storage: "embd:data",
    });
  });

  it("tells every key that has no place here, with its line", async () => {
    const { notes } = await readConfig(`${small}, ${local}`);
    const lines = notes.map(([key, reason]) => `${key.replace(/^.*\//, "")}: ${reason}`);
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "attention: is GPT-Neo's: not scaled, without biases of queries, keys and values
      small.yml:15 output_layer_parallelism: \`layout: "vocab:model"\` or embd:model splits the output
      small.yml:17 attention_config: "flash" is computed as "global", which it equals
      small.yml:40 data_impl: what files hold, they tell themselves
      small.yml:42 checkpoint_activations: made kernels faster or memory smaller; it changes no result
      small.yml:48 fp16: trained in 16 bits; here weights and gradients are float32
      small.yml:52 distributed_backend: started the original's processes; here \`mesh\` names the devices
      small.yml:58 log_interval: logs and checkpoints go to the folder \`out\`
      small.yml:59 keep_last_n_checkpoints: \`keep\` says how many; two by default, and extra_save_iters
      local.yml:4 vocab_file: the vocabulary of gpt2 is built in
      local.yml:5 merge_file: the vocabulary of gpt2 is built in
      local.yml:6 save: logs and checkpoints go to the folder \`out\`
      local.yml:7 load: logs and checkpoints go to the folder \`out\`
      local.yml:9 hostfile: started the original's processes; here \`mesh\` names the devices"
    `);
  });

  it("has a key's last value where a later file writes it with dashes, as in NeoX", async () => {
    const more = join(folder, "dashes.yml");
    writeFileSync(more, "train-iters: 12\nlr-decay-iters: 12\n");
    const { config, notes } = await readConfig(`${small},${local},${more}`);
    expect(config.training).toMatchObject({ steps: 12, decay_steps: 12, warmup_steps: 0 });
    const told = notes.filter(([, reason]) => reason.startsWith("overrules"));
    expect(
      told.map((note) => note.join(" ").replaceAll(/\S*\/(?=\w+\.yml)/g, "")).join("\n"),
    ).toMatchInlineSnapshot(`
      "dashes.yml:1 train_iters overrules small.yml:50
      dashes.yml:2 lr_decay_iters overrules small.yml:51"
    `);
  });

  it("may not have a key twice, dashes or not", async () => {
    const more = join(folder, "more.yml");
    writeFileSync(more, "# mine\nnum_layers: 3\nseed: 1\n");
    const message = await loadConfig(`${small},${local},${more}`).catch((e: Error) => e.message);
    expect((message as string).replaceAll(/\S*\/(?=\w+\.yml)/g, "")).toMatchInlineSnapshot(`
      "[bad-argument] 2 keys are written twice (- and _ are the same).
        num_layers  small.yml:6 and more.yml:2
        seed        local.yml:11 and more.yml:3
        try         dashes in a later file, as in num-layers: NeoX lets these overrule an earlier one"
    `);
  });
});

it("reads JSON, too", async () => {
  const file = join(folder, "a.json");
  const keys = { "num-layers": 2, hidden_size: 64, "num-attention-heads": 4 };
  writeFileSync(file, JSON.stringify({ ...keys, "max-position-embeddings": 128 }));
  expect(await loadConfig(file)).toMatchObject({ num_heads: 4, training: { context: 128 } });
});

it("reads numbers and switches as YAML 1.1 does, and 1e-8 as a number", () => {
  const adam = "optimizer: {type: adam, params: {lr: 1e-3, eps: 1e-8}}\nno-weight-tying: yes\n";
  const { config } = read(adam);
  expect(config.training).toMatchObject({ learning_rate: 1e-3, epsilon: 1e-8 });
  expect(config.tie_word_embeddings).toBe(false);
});

it.each([
  ["", null, 10],
  ["lr-decay-iters: 600", 600, 6],
  ["lr-decay-fraction: 0.5", 500, 5],
  ["lr-decay-fraction: 1", null, 10],
  // NeoX took the steps where both were given.
  ["lr-decay-fraction: 0.5\nlr-decay-iters: 600", 600, 6],
])("%j ends the decay, of which warm-up is a part", (more, decay_steps, warmup_steps) => {
  const { config, notes } = read(`train-iters: 1000\n${more}\n`);
  expect(config.training).toMatchObject({ decay_steps, warmup_steps });
  expect(notes).toHaveLength(1);
});

describe("parts that GPT-Neo does not have", () => {
  const all =
    "pos-emb: rotary\nrotary_pct: 0.25\nnorm: rmsnorm\nrms_norm_epsilon: 1.0e-6\nactivation: swiglu\n" +
    "mlp-multiple-of: 256\nuse_bias_in_mlp: false\nnum_kv_heads: 2\ngpt-j-residual: true\n" +
    'attention-config: [[["mamba", "local"], 1]]\nmoe_num_experts: 8\nsliding_window_width: 64\n';

  it("are read, and are there when the config is written and read again", () => {
    const { config } = read(all);
    expect(config.architecture).toEqual({
      ...usualArchitecture,
      pos_emb: "rotary",
      rotary_pct: 0.25,
      norm: "rmsnorm",
      rms_norm_epsilon: 1e-6,
      activation: "swiglu",
      mlp_multiple_of: 256,
      use_bias_in_mlp: false,
      num_kv_heads: 2,
      gpt_j_residual: true,
      attention_config: [[["mamba", "local"], 1]],
      moe_num_experts: 8,
      use_bias_in_norms: false,
    });
    // NeoX's window does not count the position itself.
    expect([config.model_type, config.window_size]).toEqual(["mistral", 65]);
    const again = parseConfig(JSON.parse(JSON.stringify(toJson(config))));
    expect([again.architecture, again.training]).toEqual([config.architecture, config.training]);
  });

  it("are refused by the model, each with its value and what there is instead", () => {
    const { config } = read(all);
    expect(() => dimsOf(config, 1, 8)).toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-argument] the config asks for a model that is not Llama.
        attention_config  is [[["mamba","local"],1]]; the model has layers of global and local attention
        moe_num_experts   is 8; the model has one feed-forward network a layer
        gpt_j_residual    is true; the model has feed-forward after attention, not beside it]
    `);
  });

  it("are those of GPT-NeoX and Llama where these have all of them", () => {
    const { config: neox } = read("pos_emb: rotary\nrotary_pct: 0.25\ngpt_j_residual: true\n");
    expect(neox).toMatchObject({ model_type: "gpt_neox", activation_function: "gelu" });
    expect(neox.architecture).toMatchObject({ rotary_pct: 0.25, gpt_j_residual: true });
    const { config: fused } = read("pos_emb: rotary\nbias_gelu_fusion: true\n");
    expect(fused).toMatchObject({ activation_function: "gelu_new", more_eos_token_ids: [] });
    expect(fused.architecture).toMatchObject({ rotary_pct: 1, gpt_j_residual: false });
    const gated = "pos_emb: rotary\nnorm: rmsnorm\nactivation: swiglu\n";
    const { config: llama } = read(`${gated}intermediate_size: 32768\nmlp_multiple_of: 256\n`);
    expect(llama).toMatchObject({ model_type: "llama", intermediate_size: 11008 });
    expect(llama.architecture).toMatchObject({ use_bias_in_mlp: true, num_kv_heads: null });
    for (const { model_type, ...one } of [neox, fused, llama]) {
      expect(parseConfig(JSON.parse(JSON.stringify(toJson({ ...one, model_type }))))).toEqual({
        ...one,
        model_type,
        other: expect.anything(),
      });
    }
  });

  it("are none where keys say what GPT-Neo has", () => {
    const { config } = read(
      "pos_emb: learned\nnorm: layernorm\nactivation: gelu\nnum_kv_heads: 4\ngpt_j_residual: false\n" +
        "mlp_multiple_of: 96\nmoe_num_experts: 1\nnum_unique_layers: 2\n" +
        'attention_config: [[["flash"], "all"]]\n',
    );
    expect(config.architecture).toEqual({ ...usualArchitecture, mlp_multiple_of: 96 });
    expect(dimsOf(config, 1, 8).ff.size).toBe(288);
  });

  it("that NeoX does not know are errors in its names", () => {
    expect(error("pos_emb: rotated\nrotary_pct: 2\n")).toMatchInlineSnapshot(`
      "[bad-argument] a.yml describes what GPT-Neo here cannot be.
        a.yml:6 pos_emb     is "rotated", but must be "learned", "rotary", "sinusoidal", "rpe", "alibi" or "none"
        a.yml:7 rotary_pct  is 2, but must be at most 1"
    `);
    expect(error('attention_config: [[["glob"], 2]]\n')).toMatch(/has "glob"; NeoX's layers are/);
  });
});

it("takes over how weights begin, what is saved and where documents end", () => {
  const { config, notes } = read(
    "init_method: small_init\noutput_layer_init_method: wang_init\nextra_save_iters: [0, 1, 2, 4]\n" +
      "exit_interval: 50\neod_mask_loss: true\nreset_attention_mask: true\nreset_position_ids: true\n",
  );
  expect(notes).toHaveLength(1);
  expect(config.training).toMatchObject({
    initial_weights: {
      method: "neox",
      init_method: "small_init",
      output_layer_init_method: "wang_init",
    },
    extra_saves: [0, 1, 2, 4],
    exit_every: 50,
    cross_document_loss: false,
    cross_document_attention: false,
    reset_positions: true,
  });
  expect(
    noted("init_method: orthogonal\ntrain_epochs: 3\nfinetune: true\n"),
  ).toMatchInlineSnapshot(`
    "a.yml:6 init_method is "orthogonal", which depended on how matrices were split over devices; here it is normal
    a.yml:7 train_epochs counted epochs, whose length is known only when all data are read; the steps are train_iters or \`steps\`
    a.yml:8 finetune starts from weights without their optimizer's state, as \`model\` does"
  `);
  expect(
    error("init_method: large\nextra_save_iters: 5\nexit_interval: 0\n"),
  ).toMatchInlineSnapshot(`
    "[bad-argument] a.yml describes what GPT-Neo here cannot be.
      a.yml:6 init_method       is "large", not normal, scaled_normal, single_residual_scaled_normal, small_init, wang_init, orthogonal, scaled_orthogonal, xavier_uniform, xavier_normal
      a.yml:7 extra_save_iters  is 5, no list of steps
      a.yml:8 exit_interval     is 0, but must be 1 or more"
  `);
});

describe("what is another model", () => {
  it("is an error that names every key and line", () => {
    expect(
      error(
        "use_mup: true\nsoft_prompt_tuning: {enabled: true}\nmlp_type: llama\nhidden_siz: 3\n" +
          "intermediate_size: 9\nexpansion_factor: 3.5\n",
      ),
    ).toMatchInlineSnapshot(`
      "[bad-argument] a.yml describes what GPT-Neo here cannot be.
        a.yml:6 use_mup             scales outputs and learning rates by widths
        a.yml:7 soft_prompt_tuning  adds a prompt of its own
        a.yml:8 mlp_type            is "llama": the feed-forward layer here has two matrices
        a.yml:9 hidden_siz          is no key of NeoX's; did you mean hidden_size?
        a.yml:11 expansion_factor   is another width than intermediate_size, and only one may be given"
    `);
  });

  it("and wrong values are told in NeoX's names", () => {
    expect(error("hidden-dropout: 2\nlr_decay_style: exponential\n")).toMatchInlineSnapshot(`
      "[bad-argument] a.yml describes what GPT-Neo here cannot be.
        a.yml:7 lr_decay_style  is "exponential": the rate here is linear, cosine or constant"
    `);
    expect(error("hidden-dropout: 2\nwarmup: 0\n")).toMatchInlineSnapshot(`
      "[bad-argument] a.yml describes what GPT-Neo here cannot be.
        a.yml:6 hidden_dropout  is 2, but must be below 1"
    `);
  });

  it("a learning rate in the wrong place is no small matter", () => {
    expect(error("lr: 0.001\n")).toMatch(/a\.yml:6 lr {2}has its place in optimizer/);
  });

  it("missing keys are named", () => {
    expect(() => parseNeox(readNeox("seed: 3", "a.yml"), "a.yml")).toThrowError(
      /num_layers +is missing\n {2}hidden_size +is missing/,
    );
  });
});

it("tells what it makes of optimizers, batches and meshes", () => {
  expect(
    noted(
      "optimizer: {type: lion, params: {lr: 0.1, momentum: 0.5}}\ntrain-micro-batch-size-per-gpu: 4\n" +
        "model-parallel-size: 2\nzero-optimization: {stage: 2}\nsome-key-of-mine: 1\n",
    ),
  ).toMatchInlineSnapshot(`
    "a.yml:6 optimizer has momentum, which Lion here does not know
    a.yml:10 some_key_of_mine is a key that is not known here: left out
    train_micro_batch_size_per_gpu is per device; one is assumed: batch_size 4, or \`batchSize\`
    model_parallel_size is mesh model:2; more devices: \`mesh: "data:N,model:2"\`
    zero_optimization kept slices of the state: \`storage: "embd:data"\` does"
  `);
});

describe("data", () => {
  const dataOf = (more: string) => read(more).config.training.data;

  it("are sources: a prefix, or several with their weights", () => {
    expect(dataOf("data-path: data/a_text_document\n")).toEqual([
      { files: ["data/a_text_document"], weight: 1 },
    ]);
    expect(dataOf("data-path: [0.3, a, '0.7', b]\n")).toEqual([
      { files: ["a"], weight: 0.3 },
      { files: ["b"], weight: 0.7 },
    ]);
    expect(dataOf("train-data-paths: [a, b]\ntrain-data-weights: [1., 2]\n")).toEqual([
      { files: ["a"], weight: 1 },
      { files: ["b"], weight: 2 },
    ]);
    // Without weights NeoX read all of them alike, however long.
    expect(dataOf("train-data-paths: [a, b]\n")).toEqual([
      { files: ["a"], weight: 1 },
      { files: ["b"], weight: 1 },
    ]);
    expect(dataOf("seed: 1\n")).toBeNull();
  });

  it("to validate with are files of their own; what else there is is told", () => {
    const apart =
      "data-path: c\ntrain-data-paths: [a]\nvalid-data-paths: [v, w]\nvalid-data-weights: [1, 2]\n" +
      "test-data-paths: [t]\ntest-data-weights: [1]\nweight_by_num_documents: true\n" +
      "weighted_sampler_alpha: 0.5\n";
    const { config } = read(apart);
    expect(config.training).toMatchObject({
      data: [{ files: ["a"], weight: 1 }],
      validation_data: ["v", "w"],
    });
    expect(noted(apart)).toMatchInlineSnapshot(`
      "a.yml:6 data_path is another than train_data_paths, which are taken
      a.yml:9 valid_data_weights validation looks at all of its data once, in their order
      a.yml:10 test_data_paths no test ends a run: gpt-neo eval --data FILE measures others
      a.yml:11 test_data_weights no test ends a run: gpt-neo eval --data FILE measures others
      a.yml:12 weight_by_num_documents needs all data read before the first step; weights are train_data_weights, or beside each source of \`data\`
      a.yml:13 weighted_sampler_alpha belongs to weight_by_num_documents, which is left out"
    `);
  });

  it("that are wrong are told with their lines", () => {
    expect(
      error("data-path: 3\nvalid-data-paths: [1]\ntrain-data-weights: [1]\nsplit: 1\n"),
    ).toMatchInlineSnapshot(`
      "[bad-argument] a.yml describes what GPT-Neo here cannot be.
        a.yml:6 data_path           is 3, no path nor paths with weights
        a.yml:7 valid_data_paths    is [1], no paths
        a.yml:8 train_data_weights  weighs train_data_paths, which are missing
        a.yml:9 split               is 1, not parts such as "969, 30, 1""
    `);
    expect(error("train-data-paths: [a, b]\ntrain-data-weights: [1]\n")).toMatchInlineSnapshot(`
      "[bad-argument] a.yml describes what GPT-Neo here cannot be.
        a.yml:7 train_data_weights  has 1 weights for 2 of train_data_paths"
    `);
    expect(error("train-data-paths: [a]\ntrain-data-weights: [0]\n")).toMatch(/no numbers above 0/);
    expect(error("data-path: [a, 0.5]\n")).toMatch(/no path nor paths with weights/);
  });
});

describe("a tokenizer of Hugging Face's", () => {
  const file = fixture("tokenizer-json/tiny-neox20b/tokenizer.json");
  const config = join(folder, "hf.yml");
  const written = async (more: string) => {
    writeFileSync(config, `${model}tokenizer-type: HFTokenizer\n${more}`);
    return readConfig(config);
  };

  it("is its file, and tells how many ids there are, padded as NeoX pads", async () => {
    const found = await written(`vocab-file: ${file}\nmake-vocab-size-divisible-by: 64\n`);
    expect(found.config.training.tokenizer).toBe(file);
    const { vocab_size_with_added: ids } = JSON.parse(
      readFileSync(fixture("tokenizer-json/tiny-neox20b/expected.json"), "utf8"),
    );
    expect(found.config.vocab_size).toBe(Math.ceil(ids / 64) * 64);
    expect(found.leftOut).toEqual(["bos_token_id", "eos_token_id"]);
    const fixed = await written(`vocab-file: ${file}\npadded-vocab-size: 1000\n`);
    expect(fixed.config.vocab_size).toBe(1000);
  });

  it("that is not there is told, and an error where the number of ids is not known", async () => {
    const { config: found, notes } = await written("vocab-file: no.json\npadded-vocab-size: 999\n");
    expect(found.training.tokenizer).toBeNull();
    const lines = notes.map(([key, reason]) => `${key.replace(/^.*\//, "")}: ${reason}`);
    expect(lines.slice(1).join("\n")).toMatchInlineSnapshot(
      `"hf.yml:7 vocab_file: is no.json, which is not there: text needs \`tokenizer: "FILE"\`"`,
    );
    for (const more of ["vocab-file: no.json\n", "seed: 1\n"]) {
      const { leftOut, notes: told } = await written(more);
      expect(leftOut).toEqual(["bos_token_id", "eos_token_id", "vocab_size"]);
      expect(told.at(-1)![1]).toMatch(/`tokenizer: "FILE"`/);
    }
  });
});

describe("a file that is no map", () => {
  it.each([
    ["a: [1\nb: 2\n", /a\.yml:\d+ /],
    ["- 1\n- 2\n", /a\.yml:1 +it is no map of keys to values/],
    ["? [1, 2]\n: 3\n", /is no word/],
    ["a: &x [1]\nb: *y\n", /Unresolved alias/],
  ])("%j is a bad file", (text, message) => {
    expect(() => readNeox(text, "a.yml")).toThrowError(message);
  });

  it("does not overflow on lists within lists", () => {
    for (const open of ["[", "{a: ", "- ", "? ", "[']', ", '{"}": ', "[#]\n"]) {
      const text = `a:\n  ${open.repeat(100_000)}`;
      expect(() => readNeox(text, "a.yml"), open).toThrowError(/it nests too deep/);
    }
    const steps = Array.from({ length: 500 }, (_, i) => `${" ".repeat(i)}a:`);
    expect(() => readNeox(steps.join("\n"), "a.yml")).toThrowError(/it nests too deep/);
    const deep = `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    expect(() => parseNeox(readNeox(deep, "a.yml"), "a.yml")).toThrowError(MtfError);
  });

  it("nothing at all is missing keys", () => {
    expect(() => parseNeox(readNeox("# nothing\n", "a.yml"), "a.yml")).toThrowError(/is missing/);
  });

  it("does not unfold what grows without end", () => {
    const rows = Array.from({ length: 12 }, (_, i) =>
      i === 0 ? "k0: &k0 [1,1,1,1,1,1,1,1]" : `k${i}: &k${i} [${`*k${i - 1},`.repeat(8)}]`,
    );
    expect(() => readNeox(rows.join("\n"), "a.yml")).toThrowError(/alias/i);
  });
});

it("is an error and nothing else, whatever it holds", () => {
  const keys = fc.constantFrom(
    ...["optimizer", "attention_config", "split", "warmup", "zero_optimization", "min_lr"],
    ...["model_parallel_size", "num_gpus", "train_batch_size", "tokenizer_type", "num_layers"],
    ...["train_data_weights", "valid_data_paths", "data_path", "vocab_file"],
    ...["train_data_paths", "padded_vocab_size", "make_vocab_size_divisible_by", "seq_length"],
  );
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (values) => {
      const all = { ...JSON.parse(base), ...values };
      try {
        parseNeox(readNeox(JSON.stringify(all), "a.json"), "a.json");
      } catch (caught) {
        if (!(caught instanceof MtfError) || caught.code === "internal") throw caught;
      }
    }),
    { numRuns: draws(300) },
  );
});

const base = JSON.stringify({
  num_layers: 2,
  hidden_size: 64,
  num_attention_heads: 4,
  max_position_embeddings: 128,
});
