import fc from "fast-check";
import { defineDims, defineMesh, ledger, lower, memoryPlan } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { modelOf, poolDims } from "../../src/models/index.ts";
import type { OwnedRow } from "../../src/serve/continuations.ts";
import { type PagedLogits, pagedLogits } from "../../src/serve/paged/paged-logits.ts";
import { extending } from "../../src/serve/paged/programs.ts";
import { layoutOf } from "../../src/session.ts";
import { type Case, layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";
import { uncachedLogits } from "../support/uncached-logits.ts";

// Its local layer sees 20 tokens, in up to 7 blocks of the 10 that a text may have.
const config = parseConfig({
  ...{ hidden_size: 6, num_layers: 2, num_heads: 3, vocab_size: 13, initializer_range: 0.4 },
  ...{ max_position_embeddings: 150, window_size: 20 },
  attention_types: [[["local", "global"], 1]],
});

const blocksSplit: Case = { mesh: "pool:2", layout: "block:pool" };

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

/** How the rows of a round come of those before: which one each continues, if any, and by how many ids. */
type Round = readonly {
  readonly from: number | undefined;
  readonly fresh: number;
  /** Which of a few beginnings a new row has. */
  readonly kind: number;
  readonly owner: string;
}[];

const round: fc.Arbitrary<Round> = fc.array(
  fc.record({
    from: fc.option(fc.nat(7), { nil: undefined, freq: 6 }),
    fresh: fc.oneof(
      { weight: 5, arbitrary: fc.constant(1) },
      { weight: 2, arbitrary: fc.integer({ min: 2, max: 20 }) },
      { weight: 2, arbitrary: fc.integer({ min: 60, max: 140 }) },
    ),
    kind: fc.nat(1),
    owner: fc.constantFrom("one", "other"),
  }),
  { minLength: 1, maxLength: 5 },
);
const rounds = fc.array(round, { minLength: 2, maxLength: 6 });

/** The rows of each round; those of a kind begin alike. */
function rowsOf(drawn: readonly Round[]): readonly (readonly OwnedRow[])[] {
  let before: readonly OwnedRow[] = [];
  let made = 0;
  return drawn.map((round) => {
    before = round.flatMap(({ from, fresh, kind, owner }): readonly OwnedRow[] => {
      const continues =
        from === undefined || before.length === 0 ? undefined : from % before.length;
      if (continues === undefined) {
        const ids = Array.from({ length: fresh }, (_, i) => (i * i + 3 * i + 5 * kind) % 13);
        return [{ ids, owner }];
      }
      const earlier = before[continues]!;
      if (earlier.ids.length + fresh > 150) return [];
      const added = Array.from({ length: fresh }, () => ((made++) ** 2 * 5) % 13);
      return [{ ids: [...earlier.ids, ...added], continues, owner: earlier.owner }];
    });
    return before;
  });
}

/** Asks until all rows are known. */
async function known(logits: PagedLogits, rows: readonly OwnedRow[]) {
  let found = await logits.next(rows);
  for (let calls = 1; found.includes(undefined); calls++) {
    expect(calls).toBeLessThan(200);
    found = await logits.next(rows.map((row, i) => ({ ...row, continues: i })));
  }
  return found as readonly Float32Array[];
}

it.each(Object.entries({ ...layouts, "blocks split": blocksSplit }))(
  "a step copies nothing of the pool, %s",
  (_, at) => {
    const model = modelOf(config);
    const [small, large] = [64, 128].map((block) => {
      const dims = model.dims(config, 2, 1);
      const layout = layoutOf(at, defineMesh(at.mesh), { ...dims, ...poolDims });
      const [fn, rest, donate = []] = extending(config, dims, defineDims({ block, offset: 16 }), 4);
      const inputs = [model.placeholders(config, dims), ...rest] as const;
      const { program } = lower(fn, { layout, inputs, donate });
      const { inputBytes, peakBytes } = memoryPlan(program);
      return { moved: ledger(program).bytes, inputBytes, held: peakBytes - inputBytes };
    });
    expect(large!.inputBytes).toBeGreaterThan(small!.inputBytes);
    expect(large!.moved).toBe(small!.moved);
    expect(large!.held).toBe(small!.held);
  },
);

const one = uncachedLogits(await modelAt(layouts["one device"]!));

describe.each([
  ...["one device", "both", "sequence and memory split", "embd split", "uneven in three"],
  "blocks split",
])("in blocks, %s", async (on) => {
  const model = await modelAt(layouts[on] ?? blocksSplit);

  it("what follows is what follows each row alone without a cache", async () => {
    const check = async (drawn: readonly Round[], blocks: number) => {
      const logits = pagedLogits(model, blocks);
      for (const rows of rowsOf(drawn)) {
        const found = await known(logits, rows);
        for (const [row, { ids }] of rows.entries()) {
          const wanted = await one(ids);
          const ulp = 2 ** -23 * Math.max(...wanted.map(Math.abs));
          const far = wanted.map((x, i) => Math.abs(x - found[row]![i]!));
          expect(Math.max(...far)).toBeLessThanOrEqual(ulp);
        }
      }
      await logits.close();
      expect(logits.use().held).toBe(0);
      logits.end();
    };
    // With few blocks, rows lose theirs and are computed again: one alone always has room.
    const few = fc.constantFrom(10, 13, 64);
    const numRuns = on === "one device" ? 8 : 2;
    await fc.assert(fc.asyncProperty(rounds, few, check), { numRuns });
  });
});
