import * as fc from "fast-check";
import { test } from "vitest";
import { type BackendName, openBackend } from "../../src/backend/open.ts";
import { asked, backendsOr, drawn, finiteOnly } from "../support/backends.ts";
import { type CaseData, caseData, wildData } from "./case.ts";
import { checkCase } from "./checkCase.ts";
import { failureOf } from "./failure.ts";

// Kernels differ from backend to backend, and with them what an uneven or empty slice may break.

const cases = Number(process.env.MTF_CASES ?? 100);
const seed = Number(process.env.MTF_SEED ?? 1);

/** The part of the cases that is drawn: more of them for a backend that a run is about. */
const fewer = asked ? { finite: 5, wild: 10 } : { finite: 10, wild: 40 };

/** No case takes long: this only ends what hangs. */
const timeout = Math.max(10, cases / 200) * 60_000;

async function checkCases(
  name: BackendName,
  data: fc.Arbitrary<CaseData>,
  fewer: number,
): Promise<void> {
  const backend = await openBackend(name);
  const property = fc.asyncProperty(data, async (given) => {
    await checkCase(given, backend);
  });
  const result = await fc.check(property, { numRuns: drawn(Math.ceil(cases / fewer)), seed });
  if (result.failed) throw failureOf(result, "backends.test.ts", fewer);
  console.log(`${result.numRuns} layout cases on ${name} (seed ${result.seed})`);
}

test.each(backendsOr("cpu", "wasm"))("layout never changes the result on %s", { timeout }, (name) =>
  checkCases(name, caseData, fewer.finite),
);

test.skipIf(finiteOnly.has(asked)).each(backendsOr("cpu", "wasm"))(
  "layout never changes what is infinite or NaN on %s",
  { timeout },
  (name) => checkCases(name, wildData, fewer.wild),
);
