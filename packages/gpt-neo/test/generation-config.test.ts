import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generateAll } from "../src/generate/all.ts";
import { generate } from "../src/generate/generate.ts";
import { loadModel } from "../src/loaded-model.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";

const folder = temporaryFolder();
let models = 0;

/** The tiny model with keys of its configs changed. */
function model(generation: object | undefined, config: object = {}): string {
  const to = join(folder, `model-${models++}`);
  cpSync(fixture("weights/safetensors/one"), to, { recursive: true });
  writeFileSync(join(to, "config.json"), JSON.stringify({ ...tiny, ...config }));
  if (generation) writeFileSync(join(to, "generation_config.json"), JSON.stringify(generation));
  return to;
}

const tiny = {
  ...{ model_type: "gpt_neo", hidden_size: 32, num_layers: 4, num_heads: 4, vocab_size: 97 },
  ...{ max_position_embeddings: 32, window_size: 4, bos_token_id: 96, eos_token_id: 96 },
};
const at = ["--mesh", "data:1", "--runtime", "simulator", "--json", "--input-ids", "73,63,47"];

async function generated(path: string, ...options: readonly string[]) {
  const called = await callHere("generate", "--model", path, ...at, ...options);
  return { ids: resultOf<{ ids: number[] }>(called).ids.join(), notes: called.stderr };
}

const many = ["--max-new-tokens", "12", "--seed", "7"];

it("what a folder says of sampling is used and told, and the command line goes over it", async () => {
  const plain = model(undefined);
  const told = model({
    temperature: 2,
    top_k: 20,
    top_p: 0.9,
    max_new_tokens: 5,
    penalty_alpha: 0.6,
  });
  const [five, hot] = [
    ["--max-new-tokens", "5", "--seed", "7"],
    ["--temperature", "2"],
  ];
  const filtered = ["--top-k", "20", "--top-p", "0.9"];
  const own = await generated(told, "--seed", "7");
  expect(own.ids).toBe((await generated(plain, ...five, ...hot, ...filtered)).ids);
  expect(own.notes).toContain(
    "generation_config.json: max_new_tokens 5, temperature 2, top_k 20, top_p 0.9\n" +
      "generation_config.json: not known here: penalty_alpha\n",
  );
  const cold = await generated(told, ...many, "--temperature", "1", "--top-k", "90");
  expect(cold.ids).toBe(
    (await generated(plain, ...many, "--temperature", "1", "--top-k", "90", "--top-p", "0.9")).ids,
  );
  expect(cold.notes).toContain("generation_config.json: top_p 0.9\n");

  const greedy = await generated(plain, ...many, "--greedy");
  const likeliest = await generated(model({ do_sample: false }), ...many);
  expect(likeliest.ids).toBe(greedy.ids);
  expect(likeliest.notes).toContain("generation_config.json: do_sample false\n");
  const asked = await generated(model({ do_sample: false }), ...many, ...hot);
  expect(asked.ids).toBe((await generated(plain, ...many, ...hot)).ids);
});

it("every option of transformers that a folder says is used, from code too", async () => {
  const plain = model(undefined);
  const beams = {
    num_beams: 3,
    num_return_sequences: 2,
    length_penalty: 0.5,
    early_stopping: true,
  };
  const words = {
    repetition_penalty: 1.3,
    no_repeat_ngram_size: 2,
    bad_words_ids: [[84], [66, 71]],
  };
  const told = model({ ...beams, ...words, sequence_bias: [[[13], -2]], temperature: 0.7 });
  const flags = [
    ...["--beams", "3", "--num-return-sequences", "2", "--length-penalty", "0.5"],
    ...["--early-stopping", "true", "--repetition-penalty", "1.3", "--no-repeat-ngram-size", "2"],
    ...["--bad-words-ids", "84", "66,71", "--sequence-bias", "13=-2"],
  ];
  const own = await generated(told, "--max-new-tokens", "8");
  expect(own.ids).toBe((await generated(plain, ...flags, "--max-new-tokens", "8")).ids);
  expect(own.ids).not.toBe((await generated(plain, "--beams", "3", "--max-new-tokens", "8")).ids);
  for (const line of [
    "num_beams 3",
    "num_return_sequences 2",
    "length_penalty 0.5",
    "early_stopping true",
    "bad_words_ids [[84],[66,71]]",
  ]) {
    expect(own.notes).toContain(line);
  }
  // Nothing is drawn, and so nothing is said of what makes chance hotter.
  expect(own.notes).not.toContain("temperature");
  const greedy = await generated(told, "--greedy", "--max-new-tokens", "8");
  expect(greedy.notes).not.toMatch(/num_beams|length_penalty/);

  const loaded = await loadModel(told, { mesh: "data:1", runtime: "simulator" });
  try {
    const ids: number[] = [73, 63, 47];
    for await (const id of generate(loaded, ids.slice(), { maxNewTokens: 8 })) ids.push(id);
    expect(ids.join()).toBe(own.ids);
    const [texts] = await generateAll(loaded, [[73, 63, 47]], { maxNewTokens: 8 });
    expect(texts).toHaveLength(2);
    const [alone] = await generateAll(loaded, [[73]], { numBeams: 1, numReturnSequences: 1 });
    expect(alone).toHaveLength(1);
  } finally {
    await loaded.close();
  }
});

it("every id that a folder says ends a text, ends it", async () => {
  // It draws 84 three times, then 72.
  const hot = [...many, "--temperature", "2"];
  const whole = (await generated(model(undefined), ...hot)).ids;
  const [until, end] = ["73,63,47,84,84,84", 72];
  expect(whole.startsWith(`${until},${end},`)).toBe(true);
  const endOf = async (generation: object | undefined, config: object) =>
    (await generated(model(generation, config), ...hot)).ids;
  expect(await endOf(undefined, { eos_token_id: end })).toBe(until);
  expect(await endOf(undefined, { eos_token_id: [96, end] })).toBe(until);
  expect(await endOf({ eos_token_id: end }, {})).toBe(until);
  expect(await endOf({ eos_token_id: [95, end] }, { eos_token_id: 94 })).toBe(until);
  // One that is beyond the vocabulary ends nothing.
  const beyond = await generated(model(undefined, { eos_token_id: 50256 }), ...hot);
  expect(beyond.ids).toBe(whole);
  expect(beyond.notes).toContain(
    "config: eos_token_id: has 50256, beyond vocab_size 97: left out\n",
  );
});

it("keys that cannot matter are told; others are not read over", async () => {
  const harmless = { rope_scaling: null, auto_map: { AutoConfig: "a.B" }, head_dim: null };
  const { notes } = await generated(model(undefined, harmless), "--max-new-tokens", "1");
  expect(notes).toContain("config: rope_scaling: is null, which asks for nothing: left out\n");
  expect(notes).toContain(
    "config: auto_map: names code of its author's, which is not run here: left out\n",
  );
  const others = { num_labels: 2, name_or_path: "a", model_max_length: 2048 };
  const written = await generated(model(undefined, others), "--max-new-tokens", "1");
  for (const key of Object.keys(others)) expect(written.notes).toContain(`config: ${key}: `);
  for (const config of [{ rope_scaling: { type: "linear" } }, { hiden_size: null }]) {
    const called = await callHere("generate", "--model", model(undefined, config), ...at);
    expect(called).toMatchObject({ code: 1, stdout: "" });
    expect(called.stderr).toContain(`${Object.keys(config)[0]}  is no key of a config`);
  }
});

it("a generation_config.json that is damaged is an error", async () => {
  for (const [generation, reason] of [
    [{ eos_token_id: "end" }, 'eos_token_id is "end", and must be an id or a list of ids.'],
    [{ temperature: -1 }, "temperature is -1, and must be a number from 0 on."],
    [{ num_beams: 0 }, "num_beams is 0, and must be a whole number from 1 on."],
    [{ bad_words_ids: [5] }, "bad_words_ids is [5], and must be a list of lists of ids."],
    [{ top_p: "0.9" }, 'top_p is "0.9", and must be a number from 0 on and at most 1.'],
  ] as const) {
    const called = await callHere("generate", "--model", model(generation), ...at);
    expect(called).toMatchObject({ code: 1, stderr: expect.stringContaining(reason) });
  }
});
