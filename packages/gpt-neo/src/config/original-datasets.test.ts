import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { MtfError } from "mtf";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cli.ts";
import { readConfig } from "./load.ts";
import { parseOriginalConfig } from "./original.ts";
import { datasetNames } from "./original-datasets.ts";

const model = {
  n_embd: 32,
  n_head: 4,
  n_layer: 2,
  n_vocab: 50257,
  n_ctx: 16,
  attention_types: [[["global", "local"], 1]],
};
const local = { path: "a_*.tfrecords", eval_path: "", eos_id: 1, n_vocab: 300 };
const pile = {
  n_vocab: 50257,
  path: "gs://neo-datasets/pile/pile_*.tfrecords",
  eval_path: "gs://neo-datasets/pile_val.tfrecords",
  tokenizer_is_pretrained: true,
  tokenizer_path: "gpt2",
  eos_id: 50256,
  padding_id: 50257,
};
const read = (
  keys: object,
  configs: Record<string, unknown> = {},
  exists: (file: string) => boolean = () => true,
) => parseOriginalConfig({ ...model, ...keys }, "mine.json", { configs, exists });
const told = (...given: Parameters<typeof read>): string =>
  read(...given)
    .notes.map((note) => note.join(" "))
    .join("\n");

describe("datasets of an original config", () => {
  it("are sources, files to validate with, a tokenizer and an end of text", () => {
    const held = { ...local, eval_path: "held.tfrecords", tokenizer_path: "tok.json" };
    const { config, notes, leftOut } = read({ datasets: ["own"] }, { own: held });
    expect(notes).toEqual([]);
    expect(leftOut).toEqual([]);
    expect(config).toMatchObject({ eos_token_id: 1, bos_token_id: 1 });
    expect(config.training).toMatchObject({
      data: [{ files: ["a_*.tfrecords"], weight: 1 }],
      validation_data: ["held.tfrecords"],
      tokenizer: "tok.json",
    });
    expect(read({ datasets: ["own"], eos_id: 7 }, { own: held }).config.eos_token_id).toBe(7);
    const without = read({ datasets: ["own"] }, { own: { path: "a.tfrecords" } });
    expect(without.leftOut).toEqual(["bos_token_id", "eos_token_id"]);
  });

  it("have weights, which were ignored by the usual way of reading", () => {
    const datasets = [
      ["a", null, null, 0.7],
      ["b", 25, "documents_random", 0.3],
    ];
    const configs = { a: { path: "a" }, b: { path: "b" } };
    expect(read({ datasets }, configs).config.training.data).toEqual([
      { files: ["a"], weight: 0.7 },
      { files: ["b"], weight: 0.3 },
    ]);
    expect(told({ datasets }, configs)).toMatchInlineSnapshot(
      `"datasets stitch and datatype chose parts of documents; here all of them are read; weights counted only with input_fn generic_text; here they do"`,
    );
    expect(told({ datasets, input_fn: "generic_text" }, configs)).not.toMatch(/weights/);
  });

  it("that are elsewhere, or not there, say to give the files", () => {
    expect(told({ datasets: ["pile"] }, { pile })).toMatchInlineSnapshot(`
      "pile.padding_id padding is told by a mask here, never by an id
      pile.path is gs://neo-datasets/pile/pile_*.tfrecords, which is not on this machine: give the files as \`data\`
      pile.eval_path is gs://neo-datasets/pile_val.tfrecords, which is not on this machine: a part of the data is held back, or \`validationData\` has others"
    `);
    const { training } = read({ datasets: ["pile"] }, { pile }).config;
    expect(training).toMatchObject({ data: null, validation_data: null, tokenizer: "gpt2" });
    expect(told({ datasets: ["none", "own"] }, { own: local })).toMatchInlineSnapshot(
      `"datasets.none has no dataset_configs/none.json beside the config or in ./configs: give the files as \`data\`"`,
    );
    // One of two is not what the config describes.
    const part = read({ datasets: ["none", "own"] }, { own: local });
    expect(part.config.training.data).toBeNull();
  });

  it("may name tokenizers that cannot be had", () => {
    const named = { ...local, tokenizer_path: "tok.json" };
    expect(told({ datasets: ["own"] }, { own: named }, () => false)).toMatchInlineSnapshot(
      `"own.tokenizer_path is tok.json, which is not there: text needs \`tokenizer: "FILE"\`"`,
    );
    // What the model's size suggests would be another.
    const without = read({ datasets: ["own"] }, { own: named }, () => false);
    expect(without.config.training.tokenizer).toBeNull();
    expect(read({ datasets: [] }).config.training.tokenizer).toBe("gpt2");
    const hub = { ...named, tokenizer_path: "gpt2-xl", tokenizer_is_pretrained: true };
    expect(told({ datasets: ["own"] }, { own: hub })).toMatchInlineSnapshot(
      `"own.tokenizer_path is gpt2-xl, which is not built in: \`tokenizer: "FILE"\` has it"`,
    );
  });

  it("may be described in the config itself", () => {
    const keys = { datasets: ["own"], dataset_configs: { own: local } };
    expect(datasetNames(keys)).toEqual([]);
    expect(read(keys).config.training.data).toEqual([{ files: ["a_*.tfrecords"], weight: 1 }]);
  });

  it("tell every key that means nothing", () => {
    const odd = { ...local, padding_id: 0, lambada_tokens_path: "l.json", pth: "x" };
    expect(told({ datasets: ["own"] }, { own: odd })).toMatchInlineSnapshot(`
      "own.padding_id padding is told by a mask here, never by an id
      own.lambada_tokens_path asks for evaluation tasks, which eval does not have: it measures the loss on its data
      own.pth is no key of GPT-Neo's dataset configs"
    `);
  });

  it("with wrong values are errors", () => {
    const wrong = { path: 3, eval_path: [], n_vocab: 50258, eos_id: "x" };
    const datasets = ["own", "other"];
    expect(() =>
      read({ datasets, dataset_configs: 3 }, { own: wrong, other: [] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-argument] mine.json describes what GPT-Neo's format here cannot hold.
        dataset_configs  is no object of dataset configs
        own.path         is 3, no path
        own.eval_path    is [], no path
        own.n_vocab      is 50258, more than the model's n_vocab 50257
        own.eos_id       is "x", no whole number from 0 on
        other            is no object of keys and values]
    `);
    for (const odd of ["own", [3], [["own", 1, 2, 0]], [["own", 1, 2, 3, 4]], [""]]) {
      expect(() => read({ datasets: odd })).toThrow(/datasets +is .*, not \["NAME"\] or/);
    }
  });

  it("are an error and nothing else, whatever they hold", () => {
    const config = fc.dictionary(fc.constantFrom(...Object.keys(pile)), fc.jsonValue());
    const datasets = fc.oneof(fc.constant(["a"]), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(datasets, fc.oneof(config, fc.jsonValue()), fc.jsonValue(), (list, a, inside) => {
        try {
          read({ datasets: list, ...(inside ? { dataset_configs: inside } : {}) }, { a });
        } catch (error) {
          expect(error).toBeInstanceOf(MtfError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

it("dataset configs lie beside the config, or where the original was started", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "mine.json");
  writeFileSync(file, JSON.stringify({ ...model, datasets: ["here", "there"] }));
  const put = (place: string, name: string, path: string) => {
    mkdirSync(join(folder, place, "dataset_configs"), { recursive: true });
    const config = JSON.stringify({ path });
    writeFileSync(join(folder, place, "dataset_configs", `${name}.json`), config);
  };
  put("", "here", "a");
  put("configs", "here", "not this");
  put("configs", "there", "b");
  const before = process.cwd();
  process.chdir(folder);
  try {
    expect((await readConfig(file)).config.training.data).toEqual([
      { files: ["a"], weight: 1 },
      { files: ["b"], weight: 1 },
    ]);
  } finally {
    process.chdir(before);
  }
  expect((await readConfig(file)).config.training.data).toBeNull();
  writeFileSync(join(folder, "dataset_configs", "here.json"), "{");
  await expect(readConfig(file)).rejects.toMatchObject({ code: "bad-file" });
});
