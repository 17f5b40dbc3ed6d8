import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors } from "mtf/checkpoint";
import { describe, expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";
import { pythonThat } from "./support/python.ts";
import { logOf, namesIn, someText } from "./support/runs.ts";

// What `from_pretrained` takes: the fixture was written by `save_pretrained`.

const folder = temporaryFolder();
const published = fixture("weights/safetensors/one");
const ids = join(folder, "ids.jsonl");
const input_ids = Array.from({ length: 2000 }, (_, i) => (i * i) % 97);
writeFileSync(ids, JSON.stringify({ input_ids }));
const few = join(folder, "few.jsonl");
writeFileSync(few, JSON.stringify({ input_ids: input_ids.map((id) => id % 40) }));
const simulated = ["--mesh", "data:2,model:2", "--runtime", "simulator"];

async function train(out: string, ...options: readonly string[]): Promise<string> {
  const path = join(folder, out);
  resultOf(await callHere("train", "--out", path, ...options, ...simulated, "--json"));
  return path;
}

/** The tensors of a file: names, in the order of the data, with shapes and dtypes. */
async function tensorsOf(model: string): Promise<ReadonlyMap<string, unknown>> {
  const file = await openSafetensors(join(model, "model.safetensors"));
  await file.close();
  expect(file.metadata).toEqual({ format: "pt" });
  return new Map([...file.tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
}

const short = ["--steps", "2", "--context", "16", "--batch-size", "4"];

it("a trained folder has the names, shapes, dtypes and keys of a published one", async () => {
  const out = await train("new", "--config", `${published}/config.json`, "--data", ids, ...short);
  expect(Object.fromEntries(await tensorsOf(out))).toEqual(
    Object.fromEntries(await tensorsOf(published)),
  );
  const config = (model: string) => JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
  // But for the context, which is below the model's positions.
  expect(config(out)).toEqual({ ...config(published), training: { context: 16 } });
  const names = ["checkpoints", "config.json", "log.jsonl", "model.safetensors", "run.json"];
  expect(namesIn(out)).toEqual(names);
});

it("training goes on from a published model's weights, with a fresh optimizer", async () => {
  const out = await train("tuned", "--model", published, "--data", ids, ...short, "--lr", "1e-9");
  const read = async (model: string) => {
    const file = await openSafetensors(join(model, "model.safetensors"));
    const all = await Promise.all([...file.tensors.keys()].map((name) => file.read(name)));
    await file.close();
    return all.flatMap((numbers) => [...(numbers as Float32Array)]);
  };
  const [before, after] = [await read(published), await read(out)];
  // Two steps of at most the learning rate, and half a unit in the last place of each number.
  const far = before.map((x, i) => Math.abs(x - after[i]!) - Math.abs(x) * 2 ** -23);
  expect(Math.max(...far)).toBeLessThan(1e-8);
  expect(logOf(out).map(({ step }) => step)).toEqual([1, 2]);
});

it("weights of float16 are trained and written as float32, and the config says so", async () => {
  const half = join(folder, "half");
  const convert = ["convert", "--from", published, "--to", half, "--dtype", "float16"];
  expect(await callHere(...convert)).toMatchObject({ code: 0 });
  const dtypeOf = (model: string) =>
    JSON.parse(readFileSync(join(model, "config.json"), "utf8")).dtype;
  expect(dtypeOf(half)).toBe("float16");
  const out = await train("from-half", "--model", half, "--data", ids, ...short);
  expect(dtypeOf(out)).toBe("float32");
  expect([...(await tensorsOf(out)).values()]).toEqual([...(await tensorsOf(published)).values()]);
});

it("a folder of text has its tokenizer, and generates and is evaluated as it stands", async () => {
  const text = join(folder, "text.txt");
  writeFileSync(text, someText(3000));
  const out = await train("text", "--config", "tiny", "--data", text, ...short);
  expect(namesIn(out)).toContain("tokenizer_config.json");
  const args = ["--model", out, ...simulated, "--json"];
  const made = await callHere(
    "generate",
    "--prompt",
    "the whale",
    "--max-new-tokens",
    "3",
    ...args,
  );
  const { text: whole, ids: all } = resultOf<{ text: string; ids: number[] }>(made);
  expect(whole.startsWith("the whale")).toBe(true);
  expect(all.length).toBeLessThanOrEqual(12);
  expect(resultOf(await callHere("eval", "--data", text, ...args))).toMatchObject({
    // A window of 16, as in training, leaves out the first id.
    tokens: 3000 - Math.ceil(3000 / 16),
  });
});

const python = pythonThat("import torch, transformers; transformers.GPTNeoForCausalLM");

describe.skipIf(!python)("transformers loads, and computes the loss of,", () => {
  const config = ["--config", `${published}/config.json`, "--data", ids, ...short];
  const original = fixture("weights/tensorflow/global_local");

  it.each([
    ["a trained folder", () => train("python", ...config)],
    [
      "a resumed one",
      async () => {
        await train("again", ...config);
        return train("again", "--resume", "--steps", "4");
      },
    ],
    [
      "a converted one",
      async () => {
        const to = join(folder, "converted");
        expect(await callHere("convert", "--from", original, "--to", to)).toMatchObject({
          code: 0,
        });
        return to;
      },
    ],
    ...[
      "gpt2-tiny",
      "gpt2-tiny-options",
      "gpt-neox-tiny/parallel",
      "gpt-neox-tiny/sequential",
      "gptj-tiny",
      "llama-tiny",
      "llama-tiny-tied",
    ].map(
      (name) =>
        [
          `one trained from ${name}`,
          () =>
            train(
              name.replace("/", "-"),
              "--model",
              fixture(`hugging-face/${name}`),
              "--data",
              few,
              ...short,
            ),
        ] as const,
    ),
  ] as const)("%s", async (_, made) => {
    const model = await made();
    const row = join(folder, "row.jsonl");
    writeFileSync(row, JSON.stringify({ input_ids: input_ids.slice(0, 16).map((id) => id % 40) }));
    const args = ["--model", model, "--data", row, ...simulated, "--json"];
    const { loss } = resultOf<{ loss: number }>(await callHere("eval", ...args));
    const program = `
import json, sys, torch, transformers
model, info = transformers.AutoModelForCausalLM.from_pretrained(sys.argv[1], output_loading_info=True)
assert not info["missing_keys"] and not info["unexpected_keys"], info
ids = torch.tensor([json.load(open(sys.argv[2]))["input_ids"]])
print(model(ids, labels=ids).loss.item())`;
    const { stdout, stderr, status } = spawnSync(python!, ["-c", program, model, row]);
    expect(`${stderr}`).toEqual(status === 0 ? expect.anything() : "");
    expect(Number(`${stdout}`)).toBeCloseTo(loss, 5);
  });
});
