import { afterAll, describe, expect, it } from "vitest";
import { generateAll } from "../src/generate/all.ts";
import { type LoadedModel, loadModel } from "../src/loaded-model.ts";
import { fixture, readJson } from "./support/expected.ts";

// The decode loop of the original GPT-Neo, at temperature 0.

type Ids = readonly number[];

interface Case {
  readonly name: string;
  readonly weights: string;
  readonly config: {
    readonly n_ctx: number;
    readonly padding_id: number;
    readonly eos_id: number;
    readonly predict_max_steps?: number;
    readonly remove_partial_sequences?: boolean;
  };
  readonly inputs: readonly Ids[];
  readonly outputs: readonly Ids[];
}

const { cases } = await readJson<{ cases: readonly Case[] }>("original/sampling/cases.json");

const folders: Readonly<Record<string, string>> = {
  global_local: "weights/tensorflow/global_local",
  bfloat16: "weights/tensorflow/bfloat16",
  global: "original/sampling/global",
  vocab_odd_out_of_range: "original/sampling/vocab_odd_out_of_range",
};

/** A row without a prompt: its two ways of decoding disagree, and here it is refused. */
const withoutPrompt = new Set(["empty_prompt_row", "empty_prompt_slow"]);

const models = new Map<string, Promise<LoadedModel>>();
function loaded(weights: string): Promise<LoadedModel> {
  const options = { mesh: "data:1", runtime: "simulator" } as const;
  const model = models.get(weights) ?? loadModel(fixture(folders[weights]!), options);
  models.set(weights, model);
  return model;
}
afterAll(async () => {
  for (const model of models.values()) await (await model).close();
});

/** After how many steps the original ends: all rows go on until each is full, or made an end. */
function stepsOf(prompts: readonly Ids[], made: readonly Ids[], { config }: Case): number {
  const { n_ctx, eos_id, predict_max_steps = n_ctx } = config;
  const done = prompts.map((prompt, row) => {
    const end = made[row]!.indexOf(eos_id);
    return Math.min(n_ctx - prompt.length, predict_max_steps, end < 0 ? n_ctx : end + 1);
  });
  return Math.max(...done);
}

describe("makes the ids that the original makes", () => {
  const compared = cases.filter(({ name }) => !withoutPrompt.has(name));

  it("in all cases of these weights but two", () => {
    expect(compared).toHaveLength(cases.length - 2);
    expect(compared.length).toBeGreaterThanOrEqual(20);
  });

  it.each(compared)("$name", async (row) => {
    const { inputs, outputs, config, weights } = row;
    const { n_ctx, padding_id, remove_partial_sequences } = config;
    const model = await loaded(weights);
    // It takes as many ids as are no padding for the prompt, wherever they are.
    const prompts = inputs.map((ids) => ids.slice(0, ids.filter((id) => id !== padding_id).length));
    const settings = { doSample: false, eosTokenId: [], maxNewTokens: n_ctx };
    const texts = await generateAll(model, prompts, settings);
    const made = texts.map(([text], i) => text!.ids.slice(0, n_ctx - prompts[i]!.length));
    const steps = stepsOf(prompts, made, row);
    const expected = inputs.map((ids, i) => {
      const prompt = prompts[i]!;
      const whole = [...prompt, ...made[i]!.slice(0, steps)];
      const filled = [...whole, ...ids.slice(whole.length)];
      if (!remove_partial_sequences) return filled;
      const left = filled.slice(prompt.length);
      return [...left, ...Array(prompt.length).fill(0)];
    });
    expect(outputs).toEqual(expected);
  });
});

it("refuses a prompt without ids", async () => {
  const model = await loaded("global");
  await expect(generateAll(model, [[]])).rejects.toThrow("the prompt has no ids");
});
