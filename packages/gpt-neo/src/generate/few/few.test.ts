import fc from "fast-check";
import { defineDims, defineLayout, defineMesh, lower, placeholder } from "mtf";
import { simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { placeOfLargest } from "../largest.ts";
import { noiseOf } from "../noise.ts";
import { placeDrawn } from "../place-drawn.ts";
import { changing } from "../processors/changing.ts";
import { filtersOf, processed } from "../processors/index.ts";
import { filterLogits, type Sampling } from "../sample.ts";
import { drawnAmong, likeliestAmong } from "./choose.ts";
import { drawsFor } from "./draws-for.ts";
import { drawsOf, fewOf } from "./few-of.ts";
import { type Few, type Glance, glanceOf, type Look } from "./look.ts";
import { lookOf } from "./look-of.ts";
import { readFew } from "./read-few.ts";

const dims = defineDims({ batch: 3, vocab: 4099 });
const mesh = defineMesh("data:2,model:2");
const devices = await simulator(mesh, { backend: "wasm" });
afterAll(() => devices.close());

/** Tells few of logits, by a program that splits rows and ids. */
async function glances(glance: Glance) {
  const layout = defineLayout({ dims, mesh, rules: { batch: "data", vocab: "model" } });
  const inputs = [placeholder([dims.batch, dims.vocab]), drawsOf(dims, glance)] as const;
  const program = lower((x, draws) => fewOf(glance, x, draws), { layout, inputs });
  const run = await devices.load(program);
  return async (logits: Float32Array, looks: readonly Look[]): Promise<readonly Few[]> => {
    const of = looks.map((look, row) => [row, look] as const);
    return readFew(await run(logits, drawsFor(glance, of, dims.batch.size)));
  };
}

const hot = { kind: "random", temperature: 1, topK: 0, topP: 1 } as const;
const samplings: Readonly<Record<string, Sampling>> = {
  greedy: { kind: "greedy" },
  drawn: hot,
  "drawn, cold": { ...hot, temperature: 0.3 },
  "top-k": { ...hot, topK: 40 },
  "top-k, top-p and min-p": { ...hot, temperature: 0.8, topK: 63, topP: 0.9, minP: 0.02 },
  "min-p": { ...hot, minP: 0.1 },
};

/** Logits of rows: as of a model, all as likely, or of few different ones, so that many are equal. */
interface Drawn {
  readonly seed: number;
  readonly wide: number;
  readonly levels: number;
}
const drawnRows: fc.Arbitrary<Drawn> = fc.record({
  seed: fc.nat(1000),
  wide: fc.constantFrom(0, 0.01, 1, 4),
  levels: fc.constantFrom(3, 2000, 2 ** 24),
});

function logitsOf({ seed, wide, levels }: Drawn): Float32Array {
  const uniform = noiseOf(seed, 0, 9);
  return Float32Array.from({ length: dims.batch.size * dims.vocab.size }, (_, i) => {
    const level = Math.floor(uniform(i) * levels) / levels;
    if (level > 0.9 && seed % 3 === 0) return Number.NEGATIVE_INFINITY;
    return -wide * Math.log(level + 1e-6);
  });
}

const atPlaces = [0, 1, 2].map((sequence) => ({ length: 5 + 3 * sequence, sequence }));

/** What lowers a third of the ids: some a little, and some so that they cannot be chosen. */
const lowering = changing(({ ids }) => {
  const some = Array.from({ length: dims.vocab.size }, (_, id) => id).filter(
    (id) => (id + ids.length) % 3 === 0,
  );
  return new Map(some.map((id) => [id, (score) => (id % 2 ? score - 0.75 : -Infinity)]));
}, true);

const cases = Object.entries(samplings).flatMap(([name, sampling]) => [
  { name, sampling, changes: [] },
  { name: `${name}, some ids lowered`, sampling, changes: [lowering] },
]);

describe.each(cases)("$name", ({ sampling, changes }) => {
  const lowers = changes.map((change) => change.lowers!);
  const looksWith = (seed: number) =>
    atPlaces.map(({ length, sequence }) => {
      const asked = { sampling, seed, told: {}, lowers: lowers.length > 0 };
      return lookOf({ ...asked, vocabulary: dims.vocab.size }, length, sequence)!;
    });

  it("few tell what all do", async () => {
    const found = await glances(glanceOf(looksWith(0))!);
    /** How many rows few tell the ids of: those that all logits do. */
    const told = async (of: Drawn, seed: number): Promise<number> => {
      const logits = logitsOf(of);
      const few = await found(logits, looksWith(seed));
      const sure = atPlaces.map(({ length, sequence }, row) => {
        const own = logits.subarray(row * dims.vocab.size, (row + 1) * dims.vocab.size);
        const { ids, logits: some } = few[row]!;
        expect([...some]).toEqual(Array.from(ids, (id) => own[id]));
        const context = { ids: Array.from({ length }, () => 0), promptLength: 1 };
        const scores = processed(changes, new Float64Array(own), context);
        if (sampling.kind === "greedy") {
          const place = likeliestAmong(few[row]!, { lowers }, context);
          if (lowers.length === 0) expect(place).toBe(0);
          if (place === undefined) return false;
          expect(ids[place]).toBe(placeOfLargest(scores));
          return true;
        }
        const drawing = { sampling, seed, lowers, filters: filtersOf(sampling, 1) };
        const place = drawnAmong(few[row]!, drawing, context, sequence);
        if (place === undefined) return false;
        const noise = noiseOf(seed, length - 1, sequence);
        expect(ids[place]).toBe(placeDrawn(filterLogits(scores, sampling), noise));
        return true;
      });
      return sure.filter((one) => one).length;
    };
    const property = fc.asyncProperty(drawnRows, fc.nat(2 ** 31 - 1), async (of, seed) => {
      await told(of, seed);
    });
    await fc.assert(property, { numRuns: draws(40) });
    // Of logits as of a model, they are sure of nearly all; not where 63 of 64 may not be lowered.
    if (lowers.length > 0 && sampling.kind === "random" && sampling.topK === 63) return;
    let sure = 0;
    for (let seed = 0; seed < 20; seed++)
      sure += await told({ seed, wide: 1, levels: 2 ** 24 }, seed);
    expect(sure).toBeGreaterThan(0.95 * 20 * atPlaces.length);
  });
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])("%f is among what is told", async (wrong) => {
  for (const sampling of [samplings.greedy!, samplings.drawn!, samplings["top-k"]!]) {
    const all = { sampling, seed: 1, told: {}, vocabulary: dims.vocab.size, lowers: false };
    const looks = atPlaces.map(({ length, sequence }) => lookOf(all, length, sequence)!);
    const logits = logitsOf({ seed: 1, wide: 1, levels: 2 ** 24 });
    logits[dims.vocab.size + 4000] = wrong;
    const few = await (await glances(glanceOf(looks)!))(logits, looks);
    expect(few.map(({ logits: of }) => of.every((x) => x < Infinity))).toEqual([true, false, true]);
  }
});
