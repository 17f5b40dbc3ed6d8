import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openModel, writeSafetensors } from "mtf/checkpoint";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "mtf/files";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig, saveConfig } from "../config/index.ts";
import { loadTokenizer } from "../tokenizer/index.ts";
import { convertWeights } from "./convert.ts";
import { expectedWeights } from "./expected.ts";
import { loadWeights } from "./load.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/weights/", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convert-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("conversion", () => {
  it.each([
    "safetensors/sharded",
    "pytorch/bin_quirks",
    "tensorflow/global_local",
    "tensorflow/bfloat16",
  ])("%s: keeps every number, and every type", async (path) => {
    const to = join(folder, path.replace("/", "-"));
    const seen: number[] = [];
    const converted = await convertWeights(fixtures + path, to, {
      onProgress: (done, total) => seen.push(done / total),
    });
    const before = await loadWeights(fixtures + path);
    const after = await openModel(to);
    expect(after.metadata).toEqual({ format: "pt" });
    expect([...after.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
    for (const [name, { dtype, shape }] of before.tensors) {
      expect(after.tensors.get(name)).toMatchObject({ dtype, shape });
      expect(await after.read(name)).toEqual(await before.read(name));
    }
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(converted.tensors).toBe(after.tensors.size);
    const config = JSON.parse(await readFile(join(to, "config.json"), "utf8"));
    expect(config).toMatchObject({ model_type: "gpt_neo", architectures: ["GPTNeoForCausalLM"] });
    expect(config.dtype).toBe(path.endsWith("bfloat16") ? "bfloat16" : "float32");
    await before.close();
    await after.close();
  });

  it("writes the config that Hugging Face wrote", async () => {
    const to = join(folder, "same-config");
    const { copied } = await convertWeights(`${fixtures}safetensors/sharded`, to);
    const read = async (path: string) => JSON.parse(await readFile(path, "utf8"));
    expect(await read(join(to, "config.json"))).toEqual(
      await read(`${fixtures}safetensors/sharded/config.json`),
    );
    expect(copied).toEqual(["generation_config.json"]);
    expect((await readdir(to)).sort()).toEqual([
      "config.json",
      "generation_config.json",
      "model.safetensors",
    ]);
  });

  it("writes the tokenizer that the config stands for, where none lies beside the weights", async () => {
    const to = join(folder, "with-tokenizer");
    const { tokenizer, from } = await convertWeights(
      `${fixtures}../hugging-face/gpt-neo-50257`,
      to,
    );
    expect([tokenizer, from.notes]).toEqual(["gpt2", []]);
    const found = await loadTokenizer(to, 0);
    expect([...found!.encode("Hello world")]).toEqual([15496, 995]);
  });

  it("says why a tokenizer that the config names is not written", async () => {
    const to = join(folder, "without-tokenizer");
    const config = join(folder, "named.json");
    const own = JSON.parse(await readFile(`${fixtures}safetensors/one/config.json`, "utf8"));
    await writeFile(config, JSON.stringify({ ...own, training: { tokenizer: "nowhere.json" } }));
    const { tokenizer, from } = await convertWeights(`${fixtures}safetensors/one`, to, { config });
    expect(tokenizer).toBeUndefined();
    expect(from.notes).toEqual([
      ["tokenizer", expect.stringContaining("is nowhere.json, of which nothing is written")],
    ]);
  });

  describe("numbers that are too large for the type", () => {
    const wte = "transformer.wte.weight";
    const bias = "transformer.ln_f.bias";
    const from = async (dtype: "F32" | "F64"): Promise<string> => {
      const at = join(folder, `large-${dtype}`);
      const config = parseConfig(
        JSON.parse(await readFile(`${fixtures}safetensors/one/config.json`, "utf8")),
      );
      await saveConfig(at, config);
      const large = [1e5, -65520, 65519, Infinity, 3.4e38, dtype === "F64" ? 1e300 : 1];
      const tensors = [...expectedWeights(config)].map(([name, shape]) => {
        const values = new Float64Array(shape.reduce((n, size) => n * size, 1));
        if (name === wte) values.set(large);
        if (name === bias) values[3] = 7e4;
        return {
          name,
          dtype,
          shape,
          data: () => [dtype === "F64" ? values : Float32Array.from(values)],
        };
      });
      await writeSafetensors(join(at, "model.safetensors"), tensors);
      return at;
    };
    const errorOf = async (dtype: "F32" | "F64", to: "float16" | "bfloat16" | "float32") =>
      String(
        await convertWeights(await from(dtype), join(folder, "none"), { dtype: to }).catch(
          (e) => e,
        ),
      );

    it("are an error, and nothing is written", async () => {
      expect(await errorOf("F32", "float16")).toMatchInlineSnapshot(`
        "MtfError: [bad-argument] 4 values are too large for float16: nothing is written.
          transformer.ln_f.bias   1 value
          transformer.wte.weight  3 values
          try                     \`dtype: "bfloat16"\`, which has the range of float32
          try                     \`clamp: true\`, which makes them the largest number there is"
      `);
      expect(await errorOf("F32", "bfloat16")).toMatchInlineSnapshot(`
        "MtfError: [bad-argument] 1 value is too large for bfloat16: nothing is written.
          transformer.wte.weight  1 value
          try                     \`dtype: "float32"\`
          try                     \`clamp: true\`, which makes them the largest number there is"
      `);
      expect(await errorOf("F64", "float32")).toMatchInlineSnapshot(`
        "MtfError: [bad-argument] 1 value is too large for float32: nothing is written.
          transformer.wte.weight  1 value
          try                     \`clamp: true\`, which makes them the largest number there is"
      `);
      expect(await readdir(folder)).not.toContain("none");
    });

    it("are clamped where that is asked for", async () => {
      const to = join(folder, "clamped");
      const { clamped } = await convertWeights(await from("F64"), to, {
        dtype: "float16",
        clamp: true,
      });
      expect(clamped).toEqual([
        [bias, 1],
        [wte, 4],
      ]);
      const weights = await loadWeights(to);
      const values = await weights.read(wte, { as: "float32" });
      await weights.close();
      expect([...values.slice(0, 6)]).toEqual([65504, -65504, 65504, Infinity, 65504, 65504]);
    });
  });

  it.each([
    ["float16", "F16", (x: number) => fromFloat16(toFloat16(x))],
    ["bfloat16", "BF16", (x: number) => fromBfloat16(toBfloat16(x))],
    ["float32", "F32", (x: number) => x],
  ] as const)("to %s rounds to the nearest", async (dtype, stored, round) => {
    const to = join(folder, dtype);
    await convertWeights(`${fixtures}pytorch/bin`, to, { dtype, maxShardSize: 20_000 });
    expect(
      (await readdir(to)).filter((name) => name.endsWith(".safetensors")).length,
    ).toBeGreaterThan(3);
    const before = await loadWeights(`${fixtures}pytorch/bin`);
    const after = await loadWeights(to);
    for (const name of before.tensors.keys()) {
      expect(after.tensors.get(name)!.dtype).toBe(stored);
      expect([...(await after.read(name))]).toEqual([...(await before.read(name))].map(round));
    }
    expect(after.config.other.dtype).toBe(dtype);
    await before.close();
    await after.close();
  });

  it("rounds float64 once", async () => {
    const from = await mkdtemp(join(folder, "wide-"));
    const config = parseConfig({
      hidden_size: 2,
      num_layers: 1,
      num_heads: 1,
      vocab_size: 3,
      max_position_embeddings: 2,
    });
    // Just above a tie: float32 cannot tell it from the tie, which would go down.
    const value = 1 + 2 ** -9 + 2 ** -40;
    await saveConfig(from, config);
    await writeSafetensors(
      join(from, "model.safetensors"),
      [...expectedWeights(config)].map(([name, shape]) => {
        const data = new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value);
        return { name, dtype: "F64" as const, shape, data };
      }),
    );
    const to = join(folder, "narrow");
    await convertWeights(from, to, { dtype: "bfloat16" });
    const after = await openModel(to);
    expect((await after.read("transformer.wte.weight"))[0]).toBe(1);
    await after.close();
    const precise = join(folder, "narrow16");
    await convertWeights(from, precise, { dtype: "float16" });
    const half = await openModel(precise);
    expect((await half.read("transformer.wte.weight"))[0]).toBe(1 + 2 ** -9);
    await half.close();
  });

  it("cuts the vocabulary only when asked", async () => {
    const to = join(folder, "cut");
    await convertWeights(`${fixtures}tensorflow/global_local`, to, { vocabSize: 90 });
    const after = await loadWeights(to);
    expect(after.tensors.get("transformer.wte.weight")!.shape).toEqual([90, 32]);
    expect(after.config.vocab_size).toBe(90);
    await after.close();
  });

  it("leaves nothing behind when the weights are damaged, and nothing overwritten", async () => {
    const from = await mkdtemp(join(folder, "damaged-"));
    for (const name of await readdir(`${fixtures}tensorflow/global_local`)) {
      await copyFile(`${fixtures}tensorflow/global_local/${name}`, join(from, name));
    }
    const data = join(from, "model.ckpt-0.data-00000-of-00001");
    const bytes = await readFile(data);
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(data, bytes);
    const parent = await mkdtemp(join(folder, "parent-"));
    await expect(convertWeights(from, join(parent, "out"))).rejects.toMatchObject({
      code: "bad-file",
    });
    expect(await readdir(parent)).toEqual([]);
    await writeFile(join(parent, "mine"), "");
    await expect(convertWeights(from, parent)).rejects.toThrow(/is not empty/);
    expect(await readdir(parent)).toEqual(["mine"]);
  });

  it("needs no more memory for four times the weights", async () => {
    const script = fileURLToPath(new URL("../../test/support/convert-memory.ts", import.meta.url));
    const peak = (megabytes: number): number => {
      const to = join(folder, `peak-${megabytes}`);
      const args = ["--expose-gc", "--import", "tsx", script, String(megabytes), to];
      const result = spawnSync(process.execPath, args, { encoding: "utf8" });
      if (result.status !== 0) throw new Error(result.stderr);
      return Number(result.stdout);
    };
    const [small, large] = [peak(50), peak(200)];
    // Code and its tables are worth some 14 MB.
    expect(large - small).toBeLessThan(24e6);
  });
});
