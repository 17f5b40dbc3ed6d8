import * as fc from "fast-check";
import { expect, test } from "vitest";
import { referenceBackend } from "../../src/backend/reference/index.ts";
import { type CaseData, caseData } from "./case.ts";
import { checkCase } from "./checkCase.ts";
import { type Coverage, cover, emptyCells, illegalCells, printCoverage } from "./coverage.ts";
import { failureOf } from "./failure.ts";

const enough = 2000;
const cases = Number(process.env.MTF_CASES ?? 100);
const seed = Number(process.env.MTF_SEED ?? 1);

/** How many seconds cases of another seed may take, where none is asked for: none in `npm test`. */
const budget = Number(process.env.MTF_BUDGET ?? 0);
const fresh = process.env.MTF_SEED === undefined && budget > 0 ? Date.now() % 2 ** 31 : undefined;

const minutes = 60_000;

/** No case takes long: this only ends what hangs. */
const patience = Math.max(10, cases / 200) * minutes;

/** Checks cases on the reference backend, and says what they covered. */
async function checkCases(parameters: fc.Parameters<[CaseData]>): Promise<Coverage> {
  const backend = referenceBackend();
  const coverage: Coverage = new Map();
  const property = fc.asyncProperty(caseData, async (data) => {
    const { program } = await checkCase(data, backend);
    cover(coverage, program);
    // Looked for in each case by itself, so that one that fills a wrong cell is shrunk and printed.
    const own: Coverage = new Map();
    cover(own, program);
    expect(illegalCells(own)).toEqual([]);
  });
  const result = await fc.check(property, parameters);
  if (result.failed) throw failureOf(result, "layout.test.ts");
  console.log(`${result.numRuns} layout cases (seed ${result.seed})\n${printCoverage(coverage)}`);
  return coverage;
}

test("layout never changes the result", { timeout: patience }, async () => {
  const coverage = await checkCases({ numRuns: cases, seed });
  if (cases >= enough) expect(emptyCells(coverage)).toEqual([]);
});

test.skipIf(fresh === undefined)(
  "layout never changes the result: a new seed",
  { timeout: patience + 1000 * budget },
  async () => {
    console.log(`layout cases of seed ${fresh} for ${budget} s`);
    const interruptAfterTimeLimit = 1000 * budget;
    await checkCases({ numRuns: 1e9, seed: fresh!, interruptAfterTimeLimit });
  },
);
