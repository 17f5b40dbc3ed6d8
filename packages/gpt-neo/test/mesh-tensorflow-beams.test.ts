import { expect, it } from "vitest";
import { collected } from "../src/generate/all.ts";
import { placeOfLargest } from "../src/generate/largest.ts";
import { logSoftmax } from "../src/generate/log-softmax.ts";
import type { NextLogits } from "../src/generate/next-logits.ts";
import { forcedAt } from "../src/generate/processors/forced.ts";
import { type BeamRules, type Beams, grown, noBeams } from "../src/generate/search/beams.ts";
import { inRows } from "../src/generate/search/rows.ts";
import { together } from "../src/generate/search/together.ts";
import { readJson } from "./support/expected.ts";

// Mesh-TensorFlow's decoding by the same steps: its beam search ends, and penalizes lengths, by rules
// of its own.

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

/** Logits of a table, for a text of one batch row that begins with the id 0. */
function logitsOf({ inputs, attributes }: Case, batch: number, ids: readonly number[]) {
  const { length, vocab } = attributes;
  const step = ids.length - 1;
  const at = ((batch * length + step) * vocab + ids.at(-1)!) * vocab;
  return Float32Array.from(inputs[0]!.data.slice(at, at + vocab));
}

function rowsOf({ dims, data }: Tensor): readonly (readonly number[])[] {
  const length = dims.at(-1)![1];
  const rows = Array.from({ length: data.length / length }, (_, row) => row * length);
  return rows.map((at) => data.slice(at, at + length));
}

it.each(of("beam_search"))("finds what it finds: $name", (row) => {
  const { beam, length, alpha, eos_id, stop_early, decode_length } = row.attributes;
  const penalty = (made: number) => ((5 + made) / 6) ** alpha;
  const rules: BeamRules = {
    width: beam,
    candidates: 2 * beam,
    finishable: 2 * beam,
    penalty,
    endingOf: ({ chosen }) => {
      const last = chosen.at(-1)!;
      return last.id === eos_id ? { reason: "eos", chosen: last } : undefined;
    },
    tell: (_, id) => ({ id }),
    orderOf: (sums) => sums,
  };
  const most = decode_length ?? length;
  const isDone = ({ running, finished }: Beams): boolean => {
    const best = running[0]!.sum / penalty(most);
    return stop_early && finished.length > 0 && finished.at(-1)!.score > best;
  };
  // The rows of a batch go on until all are done.
  const [, rowCount] = row.inputs[0]!.dims[0]!;
  let batch = Array.from({ length: rowCount }, () => noBeams([0]));
  for (let step = 0; step < most && !batch.every(isDone); step++) {
    batch = batch.map((beams, at) => {
      const scores = beams.running.map(({ ids }) => logSoftmax(logitsOf(row, at, ids)));
      return grown(beams, scores, rules);
    });
  }
  const [ids, scores] = row.outputs;
  const texts = rowsOf(ids!);
  for (const [at, { running, finished }] of batch.entries()) {
    const alive = running.map((one) => ({ beam: one, score: one.sum }));
    const found = finished.length > 0 ? finished : alive;
    for (let i = 0; i < beam; i++) {
      const score = scores!.data[at * beam + i]!;
      // One that is not used.
      if (score < -1e6) expect(found[i]).toBeUndefined();
      else {
        const made = found[i]!.beam.ids.slice(1);
        expect([...made, ...Array(length - made.length).fill(0)]).toEqual(texts[at * beam + i]);
        expect(found[i]!.score).toBeCloseTo(score, 4);
      }
    }
  }
});

it.each(of("greedy_decode"))("chooses what it chooses: $name", async (row) => {
  const { length, eos_id } = row.attributes;
  const expected = rowsOf(row.outputs[0]!);
  const forced = row.inputs[1] && rowsOf(row.inputs[1]);
  const made = await Promise.all(
    expected.map(async (_, batch) => {
      const model: Pick<NextLogits, "next"> = {
        next: async (rows) => rows.map(({ ids }) => logitsOf(row, batch, ids)),
      };
      const ids = forced?.[batch] ?? [];
      const processors = ids.flatMap((id, i) => (id === 0 ? [] : [forcedAt(1 + i, id)]));
      const rules = { processors, ends: [], most: length, stopOf: () => undefined, told: {} };
      const search = inRows([0], [0], { of: placeOfLargest }, rules);
      const [texts] = await collected(together([search], model), 1);
      return texts![0]!.ids;
    }),
  );
  // All rows go on until each has an end.
  const ends = made.map((ids) => (ids.includes(eos_id) ? ids.indexOf(eos_id) + 1 : length));
  const steps = Math.max(...ends);
  expect(made.map((ids) => ids.map((id, i) => (i < steps ? id : 0)))).toEqual(expected);
});

it("has all cases", () => {
  expect([of("beam_search").length, of("greedy_decode").length]).toEqual([7, 3]);
});
