import * as fc from "fast-check";
import { test } from "vitest";
import { referenceBackend } from "../../src/backend/reference/index.ts";
import { type CaseData, wildData } from "./case.ts";
import { checkCase } from "./checkCase.ts";
import { failureOf } from "./failure.ts";

const cases = Number(process.env.MTF_CASES ?? 100);
const seed = Number(process.env.MTF_SEED ?? 1);

/** How many seconds cases of another seed may take, where none is asked for: none in `npm test`. */
const budget = Number(process.env.MTF_BUDGET ?? 0);
const fresh = process.env.MTF_SEED === undefined && budget > 0 ? Date.now() % 2 ** 31 : undefined;

/** No case takes long: this only ends what hangs. */
const patience = Math.max(10, cases / 200) * 60_000 + 1000 * budget;

// What is finite under one layout is finite under all and equal; what is infinite or NaN under one
// is the same infinity or NaN under all.

async function checkCases(parameters: fc.Parameters<[CaseData]>): Promise<void> {
  const backend = referenceBackend();
  const property = fc.asyncProperty(wildData, async (data) => {
    await checkCase(data, backend);
  });
  const result = await fc.check(property, parameters);
  if (result.failed) throw failureOf(result, "nonfinite.test.ts", 4);
  console.log(`${result.numRuns} layout cases with infinities (seed ${result.seed})`);
}

test("layout never changes what is infinite or NaN", { timeout: patience }, () =>
  checkCases({ numRuns: Math.ceil(cases / 4), seed }),
);

test.skipIf(fresh === undefined)(
  "layout never changes what is infinite or NaN: a new seed",
  { timeout: patience },
  async () => {
    console.log(`layout cases with infinities of seed ${fresh} for ${budget} s`);
    const interruptAfterTimeLimit = 1000 * budget;
    await checkCases({ numRuns: 1e9, seed: fresh!, interruptAfterTimeLimit });
  },
);
