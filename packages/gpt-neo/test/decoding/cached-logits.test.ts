import fc from "fast-check";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import type { TailedRow } from "../../src/generate/next-logits.ts";
import { type Case, layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";
import { ringConfig } from "../support/ring-config.ts";
import { uncachedLogits } from "../support/uncached-logits.ts";

const config = ringConfig({ vocab_size: 13, initializer_range: 0.4 });

const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

// The reference backend computes in float64: results differ only where they are rounded at last.
async function modelAt(at: Case) {
  const devices = await simulator(defineMesh(at.mesh));
  opened.push(devices);
  return randomModel(devices, at, config);
}

/**
 * How the rows of a call come of those before: which one each continues, if any, without how many of its
 * ids, and by how many others; and of how many ids it is asked what follows.
 */
type Step = readonly {
  readonly from: number | undefined;
  readonly back: number;
  readonly fresh: number;
  readonly tail: number;
}[];

const fresh = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.integer({ min: 2, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 140 }) },
);
const from = fc.option(fc.nat(7), { nil: undefined, freq: 6 });
const back = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 30, max: 70 }) },
);
const tail = fc.oneof(
  { weight: 2, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 7 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 90 }) },
);
const step: fc.Arbitrary<Step> = fc.array(fc.record({ from, back, fresh, tail }), {
  minLength: 1,
  maxLength: 5,
});
const steps = fc.array(step, { minLength: 2, maxLength: 6 });

/** One row that goes back again and again, until the ring has lost what it sees. */
const lost: Step[] = [
  { fresh: 120, back: 0 },
  { fresh: 1, back: 60 },
  { fresh: 1, back: 30 },
].map((one, i) => [{ ...one, from: i === 0 ? undefined : 0, tail: 1 }]);

/** The calls that steps make, with ids that differ from row to row. */
function callsOf(drawn: readonly Step[]): readonly (readonly TailedRow[])[] {
  let before: readonly TailedRow[] = [];
  let made = 0;
  return drawn.map((step) => {
    before = step.map(({ from, back, fresh, tail }): TailedRow => {
      const continues =
        from === undefined || before.length === 0 ? undefined : from % before.length;
      const added = Array.from({ length: fresh }, () => ((made++) ** 2 * 5) % 13);
      const earlier = continues === undefined ? [] : before[continues]!.ids;
      const ids = [...earlier.slice(0, Math.max(0, earlier.length - back)), ...added];
      const told = ids.length > config.max_position_embeddings ? 1 : Math.min(tail, ids.length);
      return { ids, tail: told, ...(continues !== undefined && { continues }) };
    });
    return before;
  });
}

const one = uncachedLogits(await modelAt(layouts["one device"]!));

describe.each([
  ...["one device", "both", "sequence split", "sequence and memory split"],
  ...["embd split", "uneven in three"],
])("with a cache, %s", async (on) => {
  const model = await modelAt(layouts[on]!);

  it("what follows is what follows each row alone without", async () => {
    const check = async (drawn: readonly Step[]) => {
      const logits = cachedLogits(model);
      for (const rows of callsOf(drawn)) {
        const found = await logits.next(rows);
        for (const [row, { ids, tail = 1 }] of rows.entries()) {
          expect(found[row]).toHaveLength(tail * config.vocab_size);
          // Of a long tail, its ends and one between.
          for (let place = 0; place < tail; place += Math.max(1, Math.floor((tail - 1) / 2))) {
            const wanted = await one(ids.slice(0, ids.length - tail + 1 + place));
            const ulp = 2 ** -23 * Math.max(...wanted.map(Math.abs));
            const at = place * config.vocab_size;
            const far = wanted.map((x, i) => Math.abs(x - found[row]![at + i]!));
            expect(Math.max(...far)).toBeLessThanOrEqual(ulp);
          }
        }
      }
      await logits.close();
    };
    await fc.assert(fc.asyncProperty(steps, check), {
      numRuns: on === "one device" ? 8 : 2,
      examples: [[lost]],
    });
  });
});
