import { chooseIds, searchBeams } from "gpt-neo";
import {
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  gather,
  lower,
  type Tensor as Named,
  parseRules,
  placeholder,
} from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { readJson } from "./support/expected.ts";

// Mesh-TensorFlow's decoding, by its own rules of when beam search ends and how it penalizes lengths.

interface Tensor {
  readonly name?: string;
  readonly dims: readonly (readonly [string, number])[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attributes: {
    readonly beam: number;
    readonly length: number;
    readonly vocab: number;
    readonly alpha: number;
    readonly eos_id: number;
    readonly stop_early: boolean;
    readonly decode_length: number | null;
  };
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

const { cases } = await readJson<{ cases: readonly Case[] }>("mesh-tensorflow/beam-search.json");
const of = (op: string) => cases.filter((one) => one.op === `beam_search.${op}`);

/** Prompts that tell rows of the batch apart: none of these ids is in the vocabulary, and all stand for 0. */
const promptsOf = ({ inputs }: Case) =>
  Array.from({ length: inputs[0]!.dims[0]![1] }, (_, batch) => [-1 - batch]);

/** Logits of a table: by the row of the batch, the step, and the id before. */
const tableOf =
  ({ inputs, attributes }: Case) =>
  (rows: readonly (readonly number[])[]) => {
    const { length, vocab } = attributes;
    return rows.map((ids) => {
      const [batch, step, before] = [-1 - ids[0]!, ids.length - 1, Math.max(0, ids.at(-1)!)];
      const at = ((batch * length + step) * vocab + before) * vocab;
      return inputs[0]!.data.slice(at, at + vocab);
    });
  };

function rowsOf({ dims, data }: Tensor): readonly (readonly number[])[] {
  const length = dims.at(-1)![1];
  const rows = Array.from({ length: data.length / length }, (_, row) => row * length);
  return rows.map((at) => data.slice(at, at + length));
}

/** The same by devices that have the table as a layout says. */
function tableOn(devices: Devices, rules: string, { inputs, attributes: { length, vocab } }: Case) {
  const [[, batch]] = inputs[0]!.dims as [readonly [string, number]];
  const dims = defineDims({ batch, step: length, before: vocab, vocab });
  const layout = defineLayout({ dims, mesh: devices.mesh, rules: parseRules(rules) as never });
  const table = placeholder([dims.batch, dims.step, dims.before, dims.vocab]);
  const look = (
    all: typeof table,
    batches: Named<"row", "int32">,
    steps: Named<"row", "int32">,
    befores: Named<"row", "int32">,
  ) => gather(gather(gather(all, batches, "batch"), steps, "step"), befores, "before");
  return async (rows: readonly (readonly number[])[]) => {
    const ids = placeholder([dimension("row", rows.length)], "int32");
    const run = await devices.load(lower(look, { layout, inputs: [table, ids, ids, ids] }));
    const int32 = (of: (ids: readonly number[]) => number) => Int32Array.from(rows, of);
    const logits = await run(
      Float32Array.from(inputs[0]!.data),
      int32((ids) => -1 - ids[0]!),
      int32((ids) => ids.length - 1),
      int32((ids) => Math.max(0, ids.at(-1)!)),
    );
    const read = await logits.read();
    logits.dispose();
    await run.unload();
    return rows.map((_, i) => read.slice(i * vocab, (i + 1) * vocab));
  };
}

type Table = ReturnType<typeof tableOf> | ReturnType<typeof tableOn>;

async function checkBeams(row: Case, table: Table): Promise<void> {
  const { beam, length, alpha, eos_id, stop_early, decode_length } = row.attributes;
  const all = await searchBeams(table, promptsOf(row), {
    ...{ width: beam, most: decode_length ?? length, endOfText: eos_id },
    ...{ alpha, stopEarly: stop_early },
  });
  const [ids, scores] = row.outputs;
  const texts = rowsOf(ids!);
  for (const [at, found] of all.entries()) {
    for (let i = 0; i < beam; i++) {
      const score = scores!.data[at * beam + i]!;
      // One that is not used.
      if (score < -1e6) expect(found[i]).toBeUndefined();
      else {
        const made = found[i]!.ids;
        expect([...made, ...Array(length - made.length).fill(0)]).toEqual(texts[at * beam + i]);
        expect(found[i]!.score).toBeCloseTo(score, 4);
      }
    }
  }
}

async function checkChoices(row: Case, table: Table): Promise<void> {
  const { length, eos_id } = row.attributes;
  const expected = rowsOf(row.outputs[0]!);
  // 0 is chosen.
  const forced =
    row.inputs[1] && rowsOf(row.inputs[1]).map((ids) => ids.map((id) => id || undefined));
  const made = await chooseIds(table, promptsOf(row), { most: length, forced });
  // All rows go on until each has an end.
  const ends = made.map((ids) => (ids.includes(eos_id) ? ids.indexOf(eos_id) + 1 : length));
  const steps = Math.max(...ends);
  expect(made.map((ids) => ids.map((id, i) => (i < steps ? id : 0)))).toEqual(expected);
  const ended = await chooseIds(table, promptsOf(row), {
    most: length,
    forced,
    endOfText: eos_id,
  });
  expect(ended).toEqual(made.map((ids, i) => ids.slice(0, ends[i])));
}

it.each(of("beam_search"))("finds what it finds: $name", async (row) => {
  await checkBeams(row, tableOf(row));
});

it.each(of("greedy_decode"))("chooses what it chooses: $name", async (row) => {
  await checkChoices(row, tableOf(row));
});

// Those that it was recorded under.
describe.each(["batch:r", "vocab:r", "vocab:c", "batch:r,vocab:c"])("under %s", async (rules) => {
  const devices = await simulator(defineMesh("r:2,c:2"), { backend: "reference" });
  afterAll(() => devices.close());

  it.each(of("beam_search"))("finds the same: $name", async (row) => {
    await checkBeams(row, tableOn(devices, rules, row));
  });

  it.each(of("greedy_decode"))("chooses the same: $name", async (row) => {
    await checkChoices(row, tableOn(devices, rules, row));
  });
});

it("draws where it is asked to, the same for the same seed", async () => {
  const even = (rows: readonly (readonly number[])[]) => rows.map(() => new Float32Array(50));
  const sampling = { kind: "random", temperature: 1, topK: 0, topP: 1 } as const;
  const drawn = (seed: number) => chooseIds(even, [[0], [0]], { most: 20, sampling, seed });
  const [one, other] = await drawn(1);
  expect(one).not.toEqual(other);
  expect(await drawn(1)).toEqual([one, other]);
  expect(await drawn(2)).not.toEqual([one, other]);
});

it("refuses what makes no sense", async () => {
  const none = () => [];
  const beams = { width: 2, most: 3, endOfText: 1 };
  await expect(searchBeams(none, [[0]], beams)).rejects.toThrow("gave logits for 0 rows");
  await expect(searchBeams(none, [[0]], { ...beams, width: 0 })).rejects.toThrow("width is 0");
  await expect(chooseIds(none, [[0]], { most: -1 })).rejects.toThrow("most is -1");
});

it("has all cases", () => {
  expect([of("beam_search").length, of("greedy_decode").length]).toEqual([7, 3]);
});
