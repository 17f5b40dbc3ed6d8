import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachOf } from "../../test/support/each-of.ts";
import { collected, type GeneratedSequence } from "../generate/all.ts";
import type { NextLogits, Row } from "../generate/next-logits.ts";
import { type FoundBy, together } from "../generate/search/together.ts";
import { type SearchOptions, searchOf } from "../generate/search-of.ts";
import { type Job, scheduler } from "./scheduler.ts";

const vocab = 5;

/** Logits that are a function of the ids alone, of a model that checks what rows say they continue. */
function checking(most: number): NextLogits & { readonly calls: number[]; readonly held: boolean } {
  let before: readonly Row[] = [];
  const calls: number[] = [];
  return {
    calls,
    get held() {
      return before.length > 0;
    },
    async next(rows) {
      expect(rows.length).toBeLessThanOrEqual(most);
      for (const { ids, continues } of rows) {
        if (continues === undefined) continue;
        const begin = before[continues]!.ids;
        expect(ids.slice(0, begin.length)).toEqual(begin);
        expect(ids.length).toBe(begin.length + 1);
      }
      before = rows;
      calls.push(rows.length);
      await setImmediate();
      return rows.map(({ ids }) => {
        const at = ids.reduce((sum, id, i) => sum + (id + 1) * (i + 1.7), 0);
        return Float32Array.from({ length: vocab }, (_, id) => 2 * Math.sin(at * (id + 1.3)));
      });
    },
    close: async () => {
      before = [];
    },
  };
}

interface Drawn {
  readonly prompts: readonly (readonly number[])[];
  readonly sequences: number;
  readonly seed: number;
  readonly most: number;
  readonly ends: readonly number[];
  /** How many turns it comes after the one before. */
  readonly later: number;
  /** The steps after which it is not wanted any more. */
  readonly until: number | undefined;
  readonly how: "abort" | "break";
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  prompts: fc.array(fc.array(fc.nat(vocab - 1), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 2,
  }),
  sequences: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  most: fc.integer({ min: 1, max: 9 }),
  ends: fc.constantFrom([], [0]),
  later: fc.nat(6),
  until: fc.option(fc.nat(8), { nil: undefined }),
  how: fc.constantFrom("abort", "break"),
});

function searchesOf({ prompts, sequences, seed, most, ends }: Drawn): Job["searches"] {
  const all: SearchOptions = {
    ...{ options: {}, count: sequences, ends, most, seed, told: {} },
    sampling: { kind: "random", temperature: 1, topK: 0, topP: 1 },
    vocabulary: vocab,
    stopOf: () => undefined,
  };
  return prompts.map((prompt) => searchOf(prompt, all));
}

const rowsOf = ({ prompts, sequences }: Drawn): number => prompts.length * sequences;
const never = new AbortController().signal;
const idsOf = (texts: readonly (readonly GeneratedSequence[])[]) =>
  texts.map((of) => of.map(({ ids, ending }) => [ids, ending.reason]));

describe("jobs in one batch", () => {
  it("each find what they find alone, or the beginning of it; nothing is left", async () => {
    const property = fc.asyncProperty(
      fc.array(drawn, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 6, max: 9 }),
      async (jobs, rows) => {
        const model = checking(rows);
        const { submit, drained, load } = scheduler(model, { rows, queue: jobs.length });
        const done: Promise<void>[] = [];
        for (const job of jobs) {
          for (let turn = 0; turn < job.later; turn++) await setImmediate();
          done.push(finds(job));
        }
        async function finds(job: Drawn): Promise<void> {
          const alone = [];
          for await (const one of together(searchesOf(job), checking(9))) alone.push(one);
          const controller = new AbortController();
          const { signal } = controller;
          const stream = submit({ searches: searchesOf(job), rows: rowsOf(job), signal })!;
          const found: FoundBy[] = [];
          let steps = 0;
          try {
            if (job.until === 0 && job.how === "abort") controller.abort(new Error("enough"));
            for await (const some of stream) {
              found.push(...some);
              if (++steps !== job.until) continue;
              if (job.how === "break") break;
              controller.abort(new Error("enough"));
            }
            expect(found).toEqual(job.until ? alone.slice(0, found.length) : alone);
            expect(steps).toBeLessThanOrEqual(job.until || job.most);
          } catch (error) {
            if ((error as Error).message !== "enough") throw error;
            expect(found).toEqual(alone.slice(0, found.length));
          }
        }
        await Promise.all(done);
        await drained();
        expect(load()).toEqual({ running: 0, waiting: 0 });
        expect(model.held).toBe(false);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it("a job joins between two tokens of another", async () => {
    const model = checking(8);
    const { submit, drained } = scheduler(model, { rows: 8, queue: 1 });
    const job = (prompt: readonly number[], most: number): Job => {
      const one = { prompts: [prompt], sequences: 1, seed: 1, most, ends: [] };
      const searches = searchesOf({ ...one, later: 0, until: undefined, how: "break" });
      return { searches, rows: 1, signal: never };
    };
    const long = collected(eachOf(submit(job([1], 6))!), 1);
    for (let turn = 0; turn < 2; turn++) await setImmediate();
    await collected(eachOf(submit(job([2], 2))!), 1);
    expect(idsOf(await long)[0]![0]![1]).toBe("length");
    await drained();
    expect(Math.max(...model.calls)).toBe(2);
    expect(model.calls[0]).toBe(1);
    expect(model.calls.at(-1)).toBe(1);
    expect(model.calls).toHaveLength(6);
  });
});

describe("limits", () => {
  const job: Drawn = {
    ...{ prompts: [[1]], sequences: 2, seed: 1, most: 4, ends: [] },
    ...{ later: 0, until: undefined, how: "break" },
  };
  const wanted = (signal = never): Job => ({ searches: searchesOf(job), rows: 2, signal });

  it("a full queue takes no job; one that is not wanted any more leaves its place", async () => {
    const { submit, load, drained } = scheduler(checking(2), { rows: 2, queue: 1 });
    const controller = new AbortController();
    const first = submit(wanted())!;
    const second = submit(wanted(controller.signal))!;
    expect(submit(wanted())).toBeUndefined();
    expect(load()).toEqual({ running: 2, waiting: 1 });
    controller.abort(new Error("enough"));
    await expect(collected(eachOf(second), 1)).rejects.toThrow("enough");
    const third = submit(wanted())!;
    expect(idsOf(await collected(eachOf(third), 1))).toEqual(
      idsOf(await collected(eachOf(first), 1)),
    );
    await drained();
  });

  it("what fails is told to all in the batch, and to none that come later", async () => {
    const model = checking(4);
    let calls = 0;
    const failing: NextLogits = {
      ...model,
      next: async (rows) => {
        if (++calls === 2) throw new Error("out of order");
        return model.next(rows);
      },
    };
    const { submit, drained } = scheduler(failing, { rows: 4, queue: 2 });
    const [first, second, waits] = [wanted(), wanted(), wanted()].map((one) => submit(one)!);
    await expect(collected(eachOf(first!), 1)).rejects.toThrow("out of order");
    await expect(collected(eachOf(second!), 1)).rejects.toThrow("out of order");
    expect(idsOf(await collected(eachOf(waits!), 1))[0]).toHaveLength(2);
    await drained();
  });

  it("what one search fails by is told to its job alone", async () => {
    const { submit, drained } = scheduler(checking(4), { rows: 4, queue: 2 });
    const broken: Job["searches"][number] = {
      rows: [{ ids: [1] }],
      step: () => {
        throw new Error("out of order");
      },
    };
    const bad = submit({ searches: [broken], rows: 1, signal: never })!;
    const good = submit(wanted())!;
    await expect(collected(eachOf(bad), 1)).rejects.toThrow("out of order");
    expect(idsOf(await collected(eachOf(good), 1))[0]).toHaveLength(2);
    await drained();
  });
});
