import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expandAttentionTypes } from "./attention.ts";
import { saveConfig, toHuggingFace, toJson } from "./hugging-face.ts";
import { loadConfig, readConfig } from "./load.ts";
import { readConfigOfRun, readConfigOver } from "./over.ts";
import { withTraining } from "./override.ts";
import { presets } from "./presets.ts";
import { parseConfig } from "./schema.ts";

const fixture = fileURLToPath(new URL("../../test/fixtures/config/tiny.json", import.meta.url));
const message = (value: unknown): string => {
  try {
    parseConfig(value, "mine.json");
  } catch (error) {
    return (error as Error).message;
  }
  return "accepted";
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "config-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("presets", () => {
  it.each(Object.keys(presets))("%s is a valid config", async (name) => {
    const config = await loadConfig(name);
    expect(config.attention_layers).toHaveLength(config.num_layers);
    const both = config.model_type.startsWith("gpt_neo") && config.model_type !== "gpt_neox";
    const kinds = both ? ["global", "local"] : ["global"];
    expect(new Set(config.attention_layers)).toEqual(new Set(kinds));
  });

  it("have the sizes of the released models", async () => {
    const parameters = async (name: string) => {
      const {
        vocab_size: v,
        max_position_embeddings: p,
        hidden_size: d,
        num_layers: l,
      } = await loadConfig(name);
      return v * d + p * d + l * (12 * d * d + 10 * d) + 2 * d;
    };
    expect(await parameters("125M")).toBe(125_198_592);
    expect(await parameters("1.3B")).toBe(1_315_575_808);
    expect(await parameters("2.7B")).toBe(2_651_307_520);
  });
});

describe("Hugging Face's config.json", () => {
  it("is read, and written again key for key and value for value", async () => {
    const written = JSON.parse(await readFile(fixture, "utf8"));
    const config = await loadConfig(fixture);
    expect(toHuggingFace(config)).toEqual(written);
    await saveConfig(folder, config);
    expect(JSON.parse(await readFile(join(folder, "config.json"), "utf8"))).toEqual(written);
    expect(await loadConfig(folder)).toEqual(config);
  });

  it("may have Python's numbers, which are kept where they do not matter", async () => {
    const plain = await readFile(fixture, "utf8");
    const file = join(folder, "python.json");
    await writeFile(file, plain.replace(/^{/, '{"task_specific_params": {"a": [-Infinity, NaN]},'));
    const config = await loadConfig(file);
    expect(config.other.task_specific_params).toEqual({ a: [-1 / 0, Number.NaN] });
    await saveConfig(folder, config);
    expect(await loadConfig(folder)).toEqual(config);
    for (const word of ["NaN", "Infinity"]) {
      await writeFile(
        file,
        plain.replace(/"layer_norm_epsilon": [^,]+/, `"layer_norm_epsilon": ${word}`),
      );
      await expect(loadConfig(file)).rejects.toThrow(`layer_norm_epsilon  is ${word}`);
    }
  });

  it("has the same keys when the config is our own", async () => {
    const keys = Object.keys(JSON.parse(await readFile(fixture, "utf8"))).sort();
    for (const name of Object.keys(presets)) {
      const config = await loadConfig(name);
      if (config.model_type !== "gpt_neo") continue;
      expect(Object.keys(toHuggingFace(config))).toEqual(keys);
    }
  });

  it("has a point in every float, which Hugging Face refuses without", async () => {
    const floats = {
      ...{ attention_dropout: 0, classifier_dropout: 1, embed_dropout: 0, resid_dropout: 0.5 },
      ...{ initializer_range: 2, layer_norm_epsilon: 1, summary_first_dropout: 0, top_p: 1 },
      task_specific_params: { "text-generation": { temperature: 1, max_length: 50 } },
      prefix: '"top_p": 1',
    };
    await saveConfig(folder, parseConfig(floats));
    const text = await readFile(join(folder, "config.json"), "utf8");
    const numbers = [...text.matchAll(/"(\w+)": (-?[\d.e-]+),?$/gm)].map(([, key, x]) => [key, x]);
    expect(Object.fromEntries(numbers)).toMatchObject({
      ...{ attention_dropout: "0.0", classifier_dropout: "1.0", embed_dropout: "0.0" },
      ...{ resid_dropout: "0.5", initializer_range: "2.0", layer_norm_epsilon: "1.0" },
      ...{ summary_first_dropout: "0.0", top_p: "1.0", temperature: "1.0" },
      ...{ max_length: "50", num_heads: "16", vocab_size: "50257" },
    });
    expect(JSON.parse(text)).toMatchObject(floats);
    // All floats that Hugging Face wrote are known.
    const theirs = (await readFile(fixture, "utf8"))
      .split("\n")
      .filter((line) => /: \d+\.0,?$/.test(line));
    await saveConfig(folder, await loadConfig(fixture));
    const ours = (await readFile(join(folder, "config.json"), "utf8")).split("\n");
    expect(theirs.length).toBeGreaterThan(2);
    expect(ours).toEqual(expect.arrayContaining(theirs));
  });

  it("keeps a list of ends, of which the first ends documents", async () => {
    const config = parseConfig({ vocab_size: 97, eos_token_id: [200, 5, 7, 5] });
    expect([config.eos_token_id, config.more_eos_token_ids]).toEqual([5, [7]]);
    await saveConfig(folder, config);
    const { config: again, leftOut } = await readConfig(folder);
    expect([again.eos_token_id, again.more_eos_token_ids, leftOut]).toEqual([5, [7], []]);
  });

  it("of old releases is read too", () => {
    const old = {
      activation_function: "gelu_new",
      attention_dropout: 0,
      gradient_checkpointing: false,
      hidden_size: 768,
      num_heads: 12,
      num_layers: 12,
      attention_types: [[["global", "local"], 6]],
      summary_type: "cls_index",
      task_specific_params: { "text-generation": { do_sample: true } },
      tokenizer_class: "GPT2Tokenizer",
      torch_dtype: "float32",
      transformers_version: "4.9.0.dev0",
    };
    const config = parseConfig(old);
    expect(config.training.tokenizer).toBe("gpt2");
    expect(toHuggingFace(config)).toMatchObject(old);
    expect(toHuggingFace(config)).not.toHaveProperty("dtype");
  });
});

describe("our own file", () => {
  it("keeps everything", async () => {
    for (const name of Object.keys(presets)) {
      const config = await loadConfig(name);
      const path = join(folder, "own.json");
      await writeFile(path, JSON.stringify(toJson(config)));
      expect(await loadConfig(path)).toEqual({ ...config, other: expect.anything() });
    }
  });
});

it("withTraining changes what it is given, and checks", async () => {
  const demo = await loadConfig("demo");
  const changed = withTraining(demo, { steps: 7, seed: undefined, mesh: "data:2" });
  expect(changed.training).toEqual({ ...demo.training, steps: 7, mesh: "data:2" });
  expect(changed.hidden_size).toBe(demo.hidden_size);
  expect(() => withTraining(demo, { context: 129 })).toThrow(
    /more than max_position_embeddings 128/,
  );
  expect(() => withTraining(demo, { tokenizer: "gpt2" })).toThrow(/vocab_size is 257/);
});

it("data may be written shortly, and are read back as they are written out", () => {
  const dataOf = (data: unknown) => parseConfig({ training: { data } }).training.data;
  expect(dataOf("a.txt")).toEqual([{ files: ["a.txt"], weight: 1 }]);
  expect(dataOf(["a.txt", "b"])).toEqual([{ files: ["a.txt", "b"], weight: 1 }]);
  const sources = [{ files: "a.txt", weight: 0.7 }, { files: ["b", "c"] }];
  const whole = dataOf(sources);
  expect(whole).toEqual([
    { files: ["a.txt"], weight: 0.7 },
    { files: ["b", "c"], weight: 1 },
  ]);
  expect(dataOf(whole)).toEqual(whole);
  expect(parseConfig({ training: { validation_data: "v" } }).training.validation_data).toEqual([
    "v",
  ]);
});

it("an end of text that is not written is that of the bytes", () => {
  const ends = (config: object) => parseConfig({ vocab_size: 300, ...config }).eos_token_id;
  expect(ends({ training: { tokenizer: "bytes" } })).toBe(256);
  expect(ends({ training: { tokenizer: "bytes" }, eos_token_id: 5 })).toBe(5);
  expect(ends({})).toBe(299);
});

describe("a config that does not say how large its model is", () => {
  const noted = async (config: object): Promise<readonly (readonly [string, string])[]> =>
    (await readConfig(config)).notes;

  it("says so, and what the model is then", async () => {
    const all: readonly [string, string] = [
      "hidden_size, num_layers",
      "not written: 2048, 24, as in the preset 1.3B",
    ];
    expect(await noted({})).toEqual([all]);
    expect(await noted({ training: { steps: 5 } })).toEqual([all]);
    expect(await noted({ model_type: "gpt2" })).toEqual([
      ["hidden_size, num_layers", "not written: 768, 12, as in the preset gpt2"],
    ]);
    expect(await noted({ hidden_size: 64, num_heads: 4 })).toEqual([
      ["num_layers", "not written: 24"],
    ]);
  });

  it("is none that writes it, in whatever words, or has it from a model or a run", async () => {
    expect(await noted({ hidden_size: 64, num_heads: 4, num_layers: 2 })).toEqual([]);
    expect(await noted({ model_type: "gpt2", n_embd: 64, n_head: 4, n_layer: 2 })).toEqual([]);
    const own = toJson(parseConfig(presets.tiny, "tiny"));
    const given = { training: { steps: 5 } };
    expect((await readConfigOfRun(own, "run.json", given)).notes).toEqual([]);
    const file = join(folder, "own.json");
    await writeFile(file, JSON.stringify(own));
    expect((await readConfigOver(file, given)).notes).toEqual([]);
  });
});

it("names with commas between are files of NeoX's, and nothing else", async () => {
  const file = join(folder, "ours.json");
  await writeFile(file, '{"training": {"steps": 5}}');
  await expect(readConfig("tiny,demo")).rejects.toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [bad-argument] 'tiny,demo' is no config: tiny is a preset.
      commas  are between the files of one config of GPT-NeoX's
      try     \`config: "tiny"\`
      try     \`config: "tiny", set: {"warmup_steps":50}\` for keys of its "training"]
  `);
  await expect(readConfig(`tiny, ${file}`)).rejects.toThrow("no config: tiny is a preset.");
  await expect(readConfig(`${file},a.yml`)).rejects.toThrow(
    `no config: ${file} is a config of another format.`,
  );
  await expect(readConfig(",")).rejects.toThrow("',' is neither a preset nor a file.");
});

describe("a wrong config", () => {
  it("names unknown keys and what was meant", () => {
    expect(
      message({ hiden_size: 64, training: { learning_rte: 1, hidden_size: 3 }, batch_size: 2 }),
    ).toMatchInlineSnapshot(`
      "[bad-argument] mine.json has 4 problems.
        hiden_size             is no key of a config; did you mean hidden_size?
        batch_size             is no key of a config; did you mean training.batch_size?
        training.learning_rte  is no key of a config; did you mean training.learning_rate?
        training.hidden_size   is no key of a config; did you mean hidden_size?"
    `);
  });

  it.each([[[]], [null], ["fast"]])("training is no %j", (training) => {
    expect(message({ training })).toBe(`[bad-argument] mine.json has a problem.
  training  is no object of keys and values`);
  });

  it("names wrong values", () => {
    expect(
      message({
        hidden_size: -1,
        num_layers: 1.5,
        vocab_size: "many",
        activation_function: "tan",
        attention_types: [[["globel"], 24]],
        training: { schedule: "cosin", betas: [0.9], mesh: 3, learning_rate: 0 },
      }),
    ).toMatchInlineSnapshot(`
      "[bad-argument] mine.json has 9 problems.
        vocab_size              is "many", but must be a number
        hidden_size             is -1, but must be 1 or more
        num_layers              is 1.5, but must be a whole number
        attention_types.0.0.0   is "globel", but must be "global", "local", "linear" or "none"
        activation_function     is "tan", but must be "gelu_new", "gelu", "gelu_fast", "gelu_pytorch_tanh", "relu", "silu", "swish", "sigmoid", "tanh", "selu", "elu", "abs", "sin", "cos", "sign", "softplus", "lrelu001", "lrelu020", "id", "triangle_relax", "square_relax", "spike", "spike2", "tanhshrink", "softsign", "bipolarsigmoid", "rrelu", "elish", "arcsinh", "maxsig", "cosid", "minsin", "maxtanh", "mish", "tanhexp", "lisht", "seagull", "snake", "roottanh", "softplusmone", "softmax", "logsoftmax", "aria", "prelu", "parcsinh", "psoftplus" or "proottanh"
        training.learning_rate  is 0, but must be above 0
        training.schedule       is "cosin", but must be "cosine", "linear", "constant", "inverse_sqrt", "noam", "slanted_triangular" or "warmup_stable_decay"
        training.betas.1        is missing, and must be a number
        training.mesh           is 3, but must be text"
    `);
  });

  it("names what numbers and patterns must be", () => {
    const training = { learning_rate: Number.POSITIVE_INFINITY, betas: [0.9, 1], no_decay: ["("] };
    expect(message({ training })).toMatchInlineSnapshot(`
      "[bad-argument] mine.json has 3 problems.
        training.learning_rate  is Infinity, but must be a finite number
        training.no_decay.0     is "(", but must be a regular expression
        training.betas.1        is 1, but must be below 1"
    `);
  });

  it("names wrong data, as deep as it fits", () => {
    const of = (data: unknown) => message({ training: { data, validation_data: 3 } });
    expect(
      [3, [], ["a", ""], ["a", 3], [{ file: "a" }], [{ files: "a", weight: "x" }], [{ files: [] }]]
        .map((data) => of(data).split("\n").slice(1, -1).join("\n"))
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "  training.data             is 3, but must be a file, a list of files, or a list of {"files", "weight"}
        training.data             is a list, but must be a file, a list of files, or a list of {"files", "weight"}
        training.data.1           is empty
        training.data.1           is 3, but must be text
        training.data.0.files     is missing
        training.data.0.file      is no key that is known here
        training.data.0.weight    is "x", but must be a number
        training.data.0.files     is empty"
    `);
    expect(of("a.txt")).toMatchInlineSnapshot(`
      "[bad-argument] mine.json has a problem.
        training.validation_data  is 3, but must be a file or a list of files"
    `);
  });

  it("names sizes that do not go together", () => {
    expect(
      message({
        vocab_size: 97,
        hidden_size: 30,
        num_heads: 4,
        num_layers: 3,
        attention_types: [[["global", "local"], 2]],
        max_position_embeddings: 32,
        eos_token_id: 97,
        training: { context: 64, batch_size: 8, grad_accumulation: 3, tokenizer: "gpt2" },
      }),
    ).toMatchInlineSnapshot(`
      "[bad-argument] mine.json has 5 problems.
        num_heads                   is 4, which does not divide hidden_size 30
        attention_types             gives 4 layers, but num_layers is 3
        training.context            is 64, more than max_position_embeddings 32
        training.grad_accumulation  is 3, which does not divide batch_size 8
        training.tokenizer          gpt2 makes 50257 different ids, but vocab_size is 97"
    `);
    expect(
      message({ num_layers: 2, attention_layers: ["local", "global"] }),
    ).toMatchInlineSnapshot(`
      "[bad-argument] mine.json has a problem.
        attention_layers  is not what attention_types gives: global, local"
    `);
  });

  it.each([[null], [3], ["x"], [[[]]]])("is not %j", (value) => {
    expect(message(value)).toMatch(/^\[bad-argument\] mine.json has a problem/);
  });

  it("is not text that is no JSON", async () => {
    const path = join(folder, "broken.json");
    await writeFile(path, '{\n  "hidden_size": 3,\n}\n');
    await expect(loadConfig(path)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining("broken.json"),
    });
    await expect(loadConfig("125N")).rejects.toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-argument] '125N' is neither a preset nor a file.
        presets  tiny, tiny-moe, demo, 125M, 125M-moe, 350M, 1.3B, 2.7B, 13B, pythia-14m, pythia-31m, pythia-70m, pythia-160m, pythia-410m, pythia-1b, pythia-1.4b, pythia-2.8b, pythia-6.9b, pythia-12b, gpt-neox-20b, gpt-j-6b, gpt2, gpt2-medium, gpt2-large, gpt2-xl, gpt3-small, gpt3-medium, gpt3-large, gpt3-xl, gpt3-2.7B, gpt3-6.7B, gpt3-13B, gpt3-175B
        try      125M]
    `);
  });

  it("is an error and nothing else, whatever it holds", () => {
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom(...Object.keys(presets.tiny!)) }), (value) => {
        expect(message(value)).toMatch(/^(\[bad-argument\]|accepted)/);
      }),
    );
  });
});

it("expandAttentionTypes writes patterns out", () => {
  expect(
    expandAttentionTypes([
      [["global", "local"], 2],
      [["global"], 1],
    ]),
  ).toEqual(["global", "local", "global", "local", "global"]);
});
