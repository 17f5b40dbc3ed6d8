import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors } from "mtf/checkpoint";
import { expect, it } from "vitest";
import { call, callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import {
  disagreement,
  expectedScalar,
  fixture,
  readJson,
  readTensors,
} from "./support/expected.ts";

interface Fixture {
  readonly tokens: readonly number[];
  readonly sliding_window: {
    readonly strides: readonly {
      readonly stride: number;
      readonly tokens_scored: number;
      readonly nll_sum_f32: number;
      readonly nll_sum_f64: number;
    }[];
  };
}

interface Evaluation {
  readonly loss: number;
  readonly perplexity: number;
  readonly tokens: number;
}

const told = await readJson<Fixture>("hugging-face/eval/expected.json");
const { strides } = told.sliding_window;
const model = fixture("weights/safetensors/one");
const folder = temporaryFolder();
const data = join(folder, "tokens.jsonl");
writeFileSync(data, `${JSON.stringify({ input_ids: told.tokens })}\n`);

function check(found: Evaluation, of: (typeof strides)[number]): void {
  expect(found.tokens).toBe(of.tokens_scored);
  const scored = of.tokens_scored;
  const expected = expectedScalar(of.nll_sum_f32 / scored, of.nll_sum_f64 / scored);
  expect(disagreement([found.loss], expected)).toBeLessThanOrEqual(1);
  expect(found.perplexity).toBe(Math.exp(found.loss));
}

it.each(strides.map((row) => [row.stride, row] as const))(
  "eval predicts what Hugging Face's sliding windows do, stride %i",
  async (stride, row) => {
    const rest = ["--stride", `${stride}`, "--runtime", "simulator", "--mesh", "data:4", "--json"];
    check(resultOf(await callHere("eval", "--model", model, "--data", data, ...rest)), row);
  },
);

it("eval cuts a longer row into disjoint windows, and runs as installed", async () => {
  const disjoint = strides.find(({ stride }) => stride === 32)!;
  check(resultOf(await call("eval", "--model", model, "--data", data, "--json")), disjoint);
  const printed = await call("eval", "--model", model, "--data", data, "--mesh", "model:2");
  expect(printed.code).toBe(0);
  expect(printed.stdout).toMatch(/^loss +5\.87\d+\nperplexity +354\.\d+\ntokens +290\n$/);
});

it.each([
  ["one device", "data:1"],
  ["data", "data:2"],
  ["model", "model:2"],
])("eval --logits writes what Hugging Face computes, %s", async (_, mesh) => {
  const tensors = await readTensors("hugging-face/gpt-neo-tiny/expected.safetensors");
  const { tolerance } = await readJson<{ tolerance: Record<string, never> }>(
    "hugging-face/gpt-neo-tiny/expected.json",
  );
  const ids = Array.from(tensors.get("input_ids")!);
  const rows = [0, 1, 2].map((row) => ids.slice(row * 20, row * 20 + 20));
  rows.push(rows[0]!.slice(0, 7));
  const [file, out] = [join(folder, "rows.jsonl"), join(folder, "logits.safetensors")];
  writeFileSync(file, rows.map((input_ids) => JSON.stringify({ input_ids })).join("\n"));
  const options = ["--mesh", mesh, "--runtime", "simulator", "--json"];
  const called = await callHere(
    "eval",
    "--model",
    model,
    "--data",
    file,
    "--logits",
    out,
    ...options,
  );
  expect(resultOf<Evaluation>(called).tokens).toBe(3 * 19 + 6);
  const written = await openSafetensors(out);
  expect([...written.tensors.keys()]).toEqual(["logits"]);
  expect(written.tensors.get("logits")).toMatchObject({ dtype: "F32", shape: [4, 20, 97] });
  const logits = await written.read("logits", { as: "float32" });
  await written.close();
  const expected = { numbers: tensors.get("logits")!, tolerance: tolerance.logits! };
  expect(disagreement(logits.slice(0, 3 * 20 * 97), expected)).toBeLessThanOrEqual(1);
  // The short row: the same logits as far as it goes, and zeros.
  const short = logits.slice(3 * 20 * 97);
  const begin = { ...expected, numbers: expected.numbers.slice(0, 7 * 97) };
  expect(disagreement(short.slice(0, 7 * 97), begin)).toBeLessThanOrEqual(1);
  expect(short.slice(7 * 97).every((x) => x === 0)).toBe(true);
});

it("eval weighs every prediction alike, and leaves out rows that predict nothing", async () => {
  const [both, first, second] = ["both", "first", "second"].map((name) => join(folder, name));
  const [a, b] = [told.tokens.slice(0, 30), told.tokens.slice(30, 35)];
  const write = (name: string, rows: readonly (readonly number[])[]) => {
    const lines = rows.map((input_ids) => JSON.stringify({ input_ids }));
    writeFileSync(`${name}.jsonl`, lines.join("\n"));
  };
  write(both!, [a, [5], b]);
  write(first!, [a]);
  write(second!, [b]);
  const lossOf = async (name?: string) => {
    const options = ["--mesh", "data:2", "--runtime", "simulator", "--json"];
    const called = await callHere("eval", "--model", model, "--data", `${name}.jsonl`, ...options);
    return resultOf<Evaluation>(called);
  };
  const [all, one, two] = [await lossOf(both), await lossOf(first), await lossOf(second)];
  expect([all.tokens, one.tokens, two.tokens]).toEqual([33, 29, 4]);
  expect(all.loss).toBeCloseTo((one.loss * 29 + two.loss * 4) / 33, 5);
});
