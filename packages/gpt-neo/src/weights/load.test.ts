import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { openSafetensors, writeModel } from "mtf/checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boxesOf, cutBox } from "../../test/support/weights.ts";
import { parseConfig, saveConfig } from "../config/index.ts";
import { expectedWeights } from "./expected.ts";
import { loadWeights } from "./load.ts";
import { modelFolder } from "./model-folders.ts";
import { openWeights } from "./open.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/weights/", import.meta.url));
const mapping = JSON.parse(readFileSync(`${fixtures}tensorflow/mapping.json`, "utf8"));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "load-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The same numbers as the mapping says they are in Hugging Face's format, by its rule alone. */
async function mapped(file: string, layers: number, suffix = ""): Promise<Map<string, number[]>> {
  const source = await openSafetensors(file);
  const result = new Map<string, number[]>();
  for (const { mesh, hf, transpose } of mapping.entries) {
    for (let i = 0; i < layers; i++) {
      const from = mesh.replace("{i}", i) + suffix;
      const values = [...(await source.read(from))];
      const [rows, columns] = source.tensors.get(from)!.shape as [number, number];
      const turned = transpose
        ? values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!)
        : values;
      result.set(hf.replace("{i}", i), turned);
    }
  }
  await source.close();
  return result;
}

describe("Hugging Face folders", () => {
  it.each([
    "safetensors/one",
    "safetensors/sharded",
    "pytorch/bin",
    "pytorch/bin_sharded",
    "safetensors/one/model.safetensors",
    "safetensors/sharded/model.safetensors.index.json",
    "pytorch/bin_sharded/pytorch_model.bin.index.json",
  ])("%s: one model in any container", async (path) => {
    const expected = await openSafetensors(`${fixtures}safetensors/one/model.safetensors`);
    const weights = await loadWeights(fixtures + path);
    expect([...weights.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
    for (const name of expected.tensors.keys()) {
      expect(await weights.read(name)).toEqual(await expected.read(name));
    }
    expect(weights.unexpected).toEqual([]);
    expect(weights.moments).toBeUndefined();
    await weights.close();
    await expected.close();
  });

  it("lists old masks as left out", async () => {
    const weights = await loadWeights(`${fixtures}pytorch/bin_quirks`);
    expect(weights.ignored).toHaveLength(9);
    expect(weights.ignored[0]![0]).toBe("lm_head.weight");
    expect(weights.ignored[1]).toEqual([
      "transformer.h.0.attn.attention.bias",
      "a mask that old files carry along",
    ]);
    await weights.close();
  });

  const config = { hidden_size: 4, num_layers: 1, num_heads: 2, vocab_size: 10 };
  const small = { ...config, max_position_embeddings: 6 };
  const write = async (over: object, change: (tensors: Map<string, readonly number[]>) => void) => {
    const to = await mkdtemp(join(folder, "model-"));
    const parsed = parseConfig({ ...small, ...over });
    const shapes = new Map(expectedWeights(parsed));
    change(shapes);
    await saveConfig(to, parsed);
    await writeModel(
      to,
      [...shapes].map(([name, shape]) => {
        const count = shape.reduce((product, size) => product * size, 1);
        const data = Float32Array.from({ length: count }, (_, i) => i);
        return { name, dtype: "F32" as const, shape, data };
      }),
    );
    return to;
  };

  it("keeps the output where it is not tied, and misses it where it is not there", async () => {
    const path = await write({ tie_word_embeddings: false }, () => {});
    const weights = await loadWeights(path);
    expect(weights.tensors.get("lm_head.weight")!.shape).toEqual([10, 4]);
    await weights.close();
    const without = await write({ tie_word_embeddings: false }, (t) => t.delete("lm_head.weight"));
    await expect(loadWeights(without)).rejects.toMatchObject({ code: "bad-checkpoint" });
  });

  it("takes the embedding from a tied output", async () => {
    const path = await write({}, (tensors) => {
      tensors.delete("transformer.wte.weight");
      tensors.set("lm_head.weight", [10, 4]);
    });
    const weights = await loadWeights(path);
    expect((await weights.read("transformer.wte.weight"))[39]).toBe(39);
    await weights.close();
  });

  it("reads bare models, whose names lack a prefix", async () => {
    const path = await write({}, (tensors) => {
      for (const [name, shape] of [...tensors]) {
        tensors.delete(name);
        tensors.set(name.replace(/^transformer\./, ""), shape);
      }
    });
    const weights = await loadWeights(path);
    expect(weights.tensors.has("transformer.h.0.ln_1.bias")).toBe(true);
    await weights.close();
  });

  it.each(["module.", "_orig_mod.", "base_model.model."])(
    "leaves out what all names begin with: %s",
    async (prefix) => {
      for (const bare of [true, false]) {
        const path = await write({}, (tensors) => {
          for (const [name, shape] of [...tensors]) {
            tensors.delete(name);
            tensors.set(prefix + (bare ? name.replace(/^transformer\./, "") : name), shape);
          }
          tensors.delete(`${prefix}${bare ? "" : "transformer."}wte.weight`);
          tensors.set(`${prefix}lm_head.weight`, [10, 4]);
        });
        const weights = await loadWeights(path);
        expect([weights.prefix, weights.unexpected]).toEqual([prefix, []]);
        expect((await weights.read("transformer.wte.weight"))[39]).toBe(39);
        expect(weights.tensors.has("transformer.h.0.ln_1.bias")).toBe(true);
        await weights.close();
      }
      const half = await write({}, (tensors) => {
        tensors.set(`${prefix}transformer.wte.weight`, tensors.get("transformer.wte.weight")!);
      });
      const weights = await loadWeights(half);
      expect([weights.prefix, weights.unexpected]).toEqual([
        "",
        [`${prefix}transformer.wte.weight`],
      ]);
      await weights.close();
    },
  );

  it("an index may name a tied tensor that no file has, and no other", async () => {
    const path = await write({}, () => {});
    const index = join(path, "model.safetensors.index.json");
    const { tensors, close } = await openWeights(path);
    await close();
    await rename(join(path, "model.safetensors"), join(path, "one.safetensors"));
    const indexed = async (...names: readonly string[]) => {
      const map = Object.fromEntries(
        [...tensors.keys(), ...names].map((n) => [n, "one.safetensors"]),
      );
      await writeFile(index, JSON.stringify({ weight_map: map }));
      return loadWeights(path);
    };
    const weights = await indexed("lm_head.weight");
    expect(weights.tensors.size).toBe(tensors.size);
    await weights.close();
    await expect(indexed("transformer.h.7.ln_1.bias")).rejects.toThrow(
      "one.safetensors has no tensor 'transformer.h.7.ln_1.bias'",
    );
  });

  it("says what lies in the place of weights: a pointer, a page, text, an adapter", async () => {
    const path = await write({}, () => {});
    const file = join(path, "model.safetensors");
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n";
    const page = "\n<!doctype HTML>\n<html><body>Sign in</body></html>";
    for (const [text, reason] of [
      [pointer, /a pointer of Git LFS[\s\S]*git lfs pull/],
      [page, /a web page, not weights[\s\S]*\/resolve\//],
      ["Call me Ishmael. Some years ago", /it is text, not weights[\s\S]*the folder of a model/],
    ] as const) {
      await writeFile(file, text);
      await expect(loadWeights(path)).rejects.toThrow(reason);
      await writeFile(join(path, "second.bin"), text);
      const index = { weight_map: { a: "model.safetensors", b: "second.bin" } };
      await writeFile(join(path, "pytorch_model.bin.index.json"), JSON.stringify(index));
      await expect(loadWeights(join(path, "pytorch_model.bin.index.json"))).rejects.toThrow(reason);
    }
    const adapter = await mkdtemp(join(folder, "adapter-"));
    const name = "base_model.model.transformer.h.0.mlp.c_fc.lora_A.weight";
    await writeModel(adapter, [{ name, dtype: "F32", shape: [1], data: Float32Array.of(1) }]);
    await expect(loadWeights(adapter)).rejects.toThrow(/a LoRA adapter alone, without its model/);
    await rename(join(adapter, "model.safetensors"), join(adapter, "adapter_model.safetensors"));
    const base = { base_model_name_or_path: "EleutherAI/gpt-neo-125m" };
    await writeFile(join(adapter, "adapter_config.json"), JSON.stringify(base));
    await expect(loadWeights(adapter)).rejects.toThrow(
      /a LoRA adapter alone[\s\S]*from_pretrained\("EleutherAI\/gpt-neo-125m"\)/,
    );
  });

  it("lists unexpected tensors, and all that is missing or misshapen at once", async () => {
    const more = await write({}, (tensors) => {
      tensors.set("transformer.h.0.mlp.gate", [2]);
      tensors.set("transformer.h.1.ln_1.bias", [4]);
    });
    const weights = await loadWeights(more);
    expect(weights.unexpected).toEqual(["transformer.h.0.mlp.gate", "transformer.h.1.ln_1.bias"]);
    await weights.close();
    const wrong = await write({}, (tensors) => {
      tensors.delete("transformer.h.0.ln_2.bias");
      tensors.set("transformer.wpe.weight", [5, 4]);
      tensors.set("transformer.wte.weight", [12, 4]);
    });
    await expect(loadWeights(wrong)).rejects.toMatchObject({
      code: "bad-checkpoint",
      details: {
        problems: [
          ["transformer.wte.weight", "is [12, 4], but the config says [10, 4]"],
          ["transformer.wpe.weight", "is [5, 4], but the config says [6, 4]"],
          ["transformer.h.0.ln_2.bias", "is missing"],
        ],
        try: ["converting with `vocabSize: 10`, which keeps as many rows"],
      },
    });
  });

  it("cuts a padded vocabulary where asked, and only there", async () => {
    const path = await write({ vocab_size: 12, bos_token_id: 9, eos_token_id: 9 }, () => {});
    const whole = await loadWeights(path);
    expect(whole.tensors.get("transformer.wte.weight")!.shape).toEqual([12, 4]);
    await whole.close();
    const cut = await loadWeights(path, { vocabSize: 10 });
    expect(cut.config.vocab_size).toBe(10);
    expect(await cut.read("transformer.wte.weight")).toHaveLength(40);
    const outside = [
      { begin: 11, size: 1 },
      { begin: 0, size: 4 },
    ];
    await expect(cut.read("transformer.wte.weight", { box: outside })).rejects.toMatchObject({
      code: "bad-argument",
    });
    await cut.close();
    await expect(loadWeights(path, { vocabSize: 13 })).rejects.toThrow(/cannot be cut to 13/);
  });

  it("says when there is no config, or no weights", async () => {
    const bare = await mkdtemp(join(folder, "bare-"));
    const file = `${fixtures}safetensors/one/model.safetensors`;
    await expect(loadWeights(bare)).rejects.toThrow(/holds no weights[\s\S]*config\.json, weights/);
    // A folder of models names them.
    await mkdir(join(bare, "tuned"));
    await writeFile(join(bare, "tuned", "config.json"), "{}");
    const advice = {
      details: { try: [`\`model: ${JSON.stringify(join(bare, "tuned"))}\``, modelFolder] },
    };
    await expect(loadWeights(bare)).rejects.toMatchObject(advice);
    await copyFile(file, join(bare, "model.safetensors"));
    await expect(loadWeights(bare)).rejects.toThrow(
      /no config\.json beside[\s\S]*`config: "FILE"`/,
    );
    const given = await loadWeights(bare, { config: `${fixtures}safetensors/one/config.json` });
    await given.close();
    await expect(loadWeights(join(folder, "nothing"))).rejects.toThrow(/no file or folder/);
    await expect(loadWeights(join(bare, "tunned"))).rejects.toMatchObject({
      details: { try: [advice.details.try[0], expect.stringContaining(modelFolder)] },
    });
    await expect(loadWeights(join(bare, "tuned", "config.json"))).rejects.toMatchObject({
      details: { reason: "it is JSON, not weights", try: [advice.details.try[0]] },
    });
  });
});

describe("checkpoints of the original", () => {
  it.each([
    ["global_local", 4],
    ["bfloat16", 2],
  ] as const)("%s: every tensor as the mapping says", async (name, layers) => {
    const weights = await loadWeights(`${fixtures}tensorflow/${name}`);
    const expected = await mapped(`${fixtures}tensorflow/${name}/weights.safetensors`, layers);
    expect([...weights.tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [tensor, values] of expected) {
      expect([...(await weights.read(tensor))]).toEqual(values);
    }
    expect(weights.config).toMatchObject({ num_layers: layers, window_size: layers * 2 });
    expect(weights.unexpected).toEqual([]);
    await weights.close();
  });

  it("reads boxes of transposed tensors", async () => {
    const weights = await loadWeights(`${fixtures}tensorflow/global_local/model.ckpt-0.index`);
    const name = "transformer.h.1.mlp.c_fc.weight";
    const { shape } = weights.tensors.get(name)!;
    const whole = await weights.read(name);
    expect(shape).toEqual([128, 32]);
    await fc.assert(
      fc.asyncProperty(boxesOf(shape), async (box) => {
        expect([...(await weights.read(name, { box }))]).toEqual(cutBox(whole, shape, box));
      }),
    );
    await weights.close();
  });

  it("gives Adam's moments and the step, so that training goes on", async () => {
    const weights = await loadWeights(`${fixtures}tensorflow/adam`);
    const file = `${fixtures}tensorflow/adam/final.safetensors`;
    expect(weights.step).toBe(8);
    for (const [moments, slot] of [
      [weights.moments!.first, "/adam_m"],
      [weights.moments!.second, "/adam_v"],
    ] as const) {
      const expected = await mapped(file, 2, slot);
      expect(moments.tensors.size).toBe(expected.size);
      for (const [name, values] of expected)
        expect([...(await moments.read(name))]).toEqual(values);
    }
    await weights.close();
  });

  it("needs the JSON config, and says so", async () => {
    const bare = join(folder, "ckpt");
    await mkdir(bare);
    const from = `${fixtures}tensorflow/global_local`;
    for (const name of ["checkpoint", "model.ckpt-0.index", "model.ckpt-0.data-00000-of-00001"]) {
      await copyFile(join(from, name), join(bare, name));
    }
    await expect(loadWeights(bare)).rejects.toMatchObject({
      code: "bad-argument",
      message: expect.stringMatching(
        /says nothing about heads or the window[\s\S]*`config: "FILE"`/,
      ),
    });
    const given = await loadWeights(bare, { config: join(from, "model.json") });
    expect(given.config.num_heads).toBe(4);
    await given.close();
    for (const name of ["a.json", "b.json"])
      await copyFile(join(from, "model.json"), join(bare, name));
    await expect(loadWeights(bare)).rejects.toThrow(/several JSON configs[\s\S]*a\.json, b\.json/);
  });

  it("reads what the original's own options add", async () => {
    const weights = await loadWeights(`${fixtures}tensorflow/moe_top2_all`);
    expect(weights.config.model_type).toBe("gpt_neo_mesh");
    expect(weights.unexpected).toEqual([]);
    expect(weights.tensors.get("transformer.h.1.moe.wi")!.shape).toEqual([4, 16, 24]);
    const router = await weights.read("transformer.h.1.moe.router.weight", { as: "float32" });
    expect(router).toHaveLength(64);
    await weights.close();
  });

  it("reads the original's names from safetensors too", async () => {
    const weights = await loadWeights(`${fixtures}tensorflow/global_local/weights.safetensors`);
    const bundle = await loadWeights(`${fixtures}tensorflow/global_local/model.ckpt-0`);
    for (const name of bundle.tensors.keys()) {
      expect(await weights.read(name)).toEqual(await bundle.read(name));
    }
    await weights.close();
    await bundle.close();
  });
});

it("the kind of a file is told by its content", async () => {
  const disguised = join(folder, "weights.dat");
  const kinds = {
    safetensors: "safetensors/one/model.safetensors",
    pytorch: "pytorch/bin/pytorch_model.bin",
  };
  for (const [format, path] of Object.entries(kinds)) {
    await copyFile(fixtures + path, disguised);
    const weights = await openWeights(disguised);
    expect(weights.format).toBe(format);
    await weights.close();
  }
  const text = join(folder, "notes.txt");
  await writeFile(text, "These are no weights.\n");
  await expect(openWeights(text)).rejects.toMatchObject({ code: "bad-file" });
});
