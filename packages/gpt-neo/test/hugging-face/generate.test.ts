import { defineMesh } from "mtf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collected, type GeneratedSequence, generateAll } from "../../src/generate/all.ts";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import { askedOf } from "../../src/generate/options/asked.ts";
import { together } from "../../src/generate/search/together.ts";
import { searchOf } from "../../src/generate/search-of.ts";
import { type LoadedModel, loadModel } from "../../src/loaded-model.ts";
import { fixture, readJson } from "../support/expected.ts";
import { family } from "../support/family.ts";
import { decodingOf } from "./decoding.ts";
import { layouts, someOf } from "./layouts.ts";

type Ids = readonly number[];

/** One text, with the options that it was made with. */
interface Row {
  readonly name: string;
  readonly prompt: Ids;
  readonly max_new_tokens: number;
  readonly new_tokens: Ids;
}

/** What beams found, from the best on, filled up behind their ends. */
interface BeamRow {
  readonly name: string;
  readonly prompt: Ids;
  readonly num_beams: number;
  readonly length_penalty: number;
  readonly early_stopping?: boolean | "never";
  readonly eos_token_id?: number | Ids;
  readonly sequences: readonly Ids[];
  readonly sequences_scores: Ids;
}

/** Several prompts at once. */
interface BatchRow {
  readonly input_ids: readonly Ids[];
  readonly attention_mask?: readonly Ids[];
  readonly eos_token_id?: number;
  readonly max_new_tokens: number;
  readonly sequences: readonly Ids[];
}

interface Fixture {
  readonly generation: {
    readonly greedy: readonly Row[];
    readonly processors_greedy?: readonly Row[];
    readonly beam?: readonly BeamRow[];
    readonly greedy_left_padded_batch: BatchRow;
    readonly greedy_batch_eos_pad?: BatchRow;
  };
}

async function expectedOf(name: string) {
  const { generation } = await readJson<Fixture>(`hugging-face/${name}/expected.json`);
  return generation;
}

const folderOf = (name: string) =>
  fixture(name === "gpt-neo-tiny" ? "weights/safetensors/one" : `hugging-face/${name}`);

function loaded(name: string, layout: string): Promise<LoadedModel> {
  const { mesh, ...at } = layouts[layout]!;
  const options = { ...at, runtime: "simulator", backend: "wasm" } as const;
  return loadModel(folderOf(name), options, defineMesh(mesh));
}

/** Nothing is inherited from a config in the rows: no end of text but the one they list. */
const free = { doSample: false, eosTokenId: [] };

/** The ids of a text as Hugging Face has them: with the one that ended it. */
function idsOf({ ids, ending }: GeneratedSequence): Ids {
  return ending.reason === "eos" ? [...ids, ending.chosen.id] : ids;
}

async function checkBatch(model: LoadedModel, row: BatchRow): Promise<void> {
  const { input_ids, attention_mask, sequences } = row;
  const prompts = input_ids.map((ids, i) => ids.filter((_, at) => attention_mask?.[i]?.[at] !== 0));
  const texts = await generateAll(model, prompts, { ...free, ...decodingOf(row) });
  for (const [i, [text]] of texts.entries()) {
    const after = sequences[i]!.slice(input_ids[i]!.length);
    const ids = idsOf(text!);
    expect(ids).toEqual(after.slice(0, ids.length));
    if (text!.ending.reason === "length") expect(ids).toHaveLength(row.max_new_tokens);
  }
}

/** What each row asks for, all of them in one batch. */
async function textsOf(
  model: LoadedModel,
  rows: readonly (Row | BeamRow)[],
): Promise<ReadonlyMap<Row | BeamRow, readonly GeneratedSequence[]>> {
  const searches = rows.map((row) => {
    const count = "num_beams" in row ? row.num_beams : 1;
    const settings = { ...free, ...decodingOf(row), numReturnSequences: count };
    return searchOf(row.prompt, askedOf(model, settings));
  });
  const logits = cachedLogits(model);
  try {
    const texts = await collected(together(searches, logits), rows.length);
    return new Map(rows.map((row, i) => [row, texts[i]!]));
  } finally {
    await logits.close();
  }
}

function checkBeams(row: BeamRow, texts: readonly GeneratedSequence[]): void {
  const { prompt, num_beams, sequences, sequences_scores } = row;
  expect(texts).toHaveLength(num_beams);
  for (const [i, text] of texts.entries()) {
    const ids = idsOf(text);
    const after = sequences[i]!.slice(prompt.length);
    expect(ids).toEqual(after.slice(0, ids.length));
    // What is behind it fills up only.
    expect(new Set(after.slice(ids.length)).size).toBeLessThanOrEqual(1);
    expect(text.score).toBeCloseTo(sequences_scores[i]!, 4);
  }
}

const tiny = await expectedOf("gpt-neo-tiny");

it.each(someOf(Object.keys(layouts), ["vocab", "both", "uneven in three"]))(
  "chooses the ids that Hugging Face does, %s",
  async (name) => {
    const model = await loaded("gpt-neo-tiny", name);
    try {
      const texts = await textsOf(model, tiny.greedy);
      for (const row of tiny.greedy) expect(idsOf(texts.get(row)![0]!)).toEqual(row.new_tokens);
    } finally {
      await model.close();
    }
  },
);

it("has all rows", () => {
  expect([tiny.processors_greedy!.length, tiny.beam!.length]).toEqual([68, 82]);
});

// No layout changes a text.
describe.each(someOf(["one device", "both"], ["both"]))("gpt-neo-tiny, %s", (layout) => {
  const rows = [...tiny.processors_greedy!, ...tiny.beam!];
  let model: LoadedModel;
  let texts: Awaited<ReturnType<typeof textsOf>>;
  beforeAll(async () => {
    model = await loaded("gpt-neo-tiny", layout);
    texts = await textsOf(model, rows);
  });
  afterAll(() => model.close());

  const processors = tiny.processors_greedy!.map(
    (row, i) => [`${row.name}, ${i % 4}`, row] as const,
  );
  it.each(processors)("processes as Hugging Face does: %s", (_, row) => {
    expect(idsOf(texts.get(row)![0]!)).toEqual(row.new_tokens);
  });

  const beams = tiny.beam!.map((row) => {
    const { name, length_penalty, early_stopping, prompt } = row;
    const stops = early_stopping === undefined ? "" : `, early stopping ${early_stopping}`;
    return [`${name}, length penalty ${length_penalty}${stops}, prompt ${prompt}`, row] as const;
  });
  it.each(beams)("finds what Hugging Face's beams find: %s", (_, row) => {
    checkBeams(row, texts.get(row)!);
  });

  it("makes the same texts in calls of their own", async () => {
    for (const row of [rows[67]!, rows[149]!] as const) {
      const numReturnSequences = texts.get(row)!.length;
      const settings = { ...free, ...decodingOf(row), numReturnSequences };
      const [alone] = await generateAll(model, [row.prompt], settings);
      expect(alone!.map(idsOf)).toEqual(texts.get(row)!.map(idsOf));
    }
  });

  it("continues a batch as Hugging Face does, with an end of text and without", async () => {
    await checkBatch(model, tiny.greedy_left_padded_batch);
    await checkBatch(model, tiny.greedy_batch_eos_pad!);
  });
});

it.each(family)("makes the texts that Hugging Face's %s does", async (name) => {
  const { greedy, processors_greedy = [], beam = [], ...rows } = await expectedOf(name);
  const model = await loaded(name, "one device");
  try {
    await checkBatch(model, rows.greedy_left_padded_batch);
    const one = [...greedy, ...processors_greedy];
    const texts = await textsOf(model, [...one, ...beam]);
    for (const row of one) expect(idsOf(texts.get(row)![0]!)).toEqual(row.new_tokens);
    for (const row of beam) checkBeams(row, texts.get(row)!);
    if (!name.includes("neox")) expect(beam.length).toBeGreaterThan(3);
  } finally {
    await model.close();
  }
});
