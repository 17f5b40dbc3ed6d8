import fc from "fast-check";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import type { Row } from "../../src/generate/next-logits.ts";
import { type Case, layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";
import { uncachedLogits } from "../support/uncached-logits.ts";

// Its local layer has a ring of 83 slots; caches have room for 128 tokens at first, and for 150 then.
const config = parseConfig({
  ...{ hidden_size: 6, num_layers: 2, num_heads: 3, vocab_size: 13, initializer_range: 0.4 },
  ...{ max_position_embeddings: 150, window_size: 20 },
  attention_types: [[["local", "global"], 1]],
});

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

/** How the rows of a call come of those before: which one each continues, if any, and by how many ids. */
type Step = readonly { readonly from: number | undefined; readonly fresh: number }[];

const fresh = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.integer({ min: 2, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 140 }) },
);
const from = fc.option(fc.nat(7), { nil: undefined, freq: 6 });
const step: fc.Arbitrary<Step> = fc.array(fc.record({ from, fresh }), {
  minLength: 1,
  maxLength: 5,
});
const steps = fc.array(step, { minLength: 2, maxLength: 6 });

/** The calls that steps make, with ids that differ from row to row. */
function callsOf(drawn: readonly Step[]): readonly (readonly Row[])[] {
  let before: readonly Row[] = [];
  let made = 0;
  return drawn.map((step) => {
    before = step.map(({ from, fresh }): Row => {
      const continues =
        from === undefined || before.length === 0 ? undefined : from % before.length;
      const added = Array.from({ length: fresh }, () => ((made++) ** 2 * 5) % 13);
      const ids = [...(continues === undefined ? [] : before[continues]!.ids), ...added];
      return { ids, ...(continues !== undefined && { continues }) };
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
        for (const [row, { ids }] of rows.entries()) {
          const wanted = await one(ids);
          const ulp = 2 ** -23 * Math.max(...wanted.map(Math.abs));
          const far = wanted.map((x, i) => Math.abs(x - found[row]![i]!));
          expect(Math.max(...far)).toBeLessThanOrEqual(ulp);
        }
      }
      await logits.close();
    };
    await fc.assert(fc.asyncProperty(steps, check), { numRuns: on === "one device" ? 8 : 2 });
  });
});
