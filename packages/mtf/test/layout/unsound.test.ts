import * as fc from "fast-check";
import { expect, test } from "vitest";
import { verifyLowered } from "../../src/program/verify/lowered.ts";
import { build } from "./build.ts";
import { caseData } from "./case.ts";
import { lowerCase } from "./checkCase.ts";
import { writtenLayout } from "./layoutOf.ts";
import { unsound } from "./unsound.ts";

const lowered = fc
  .sample(caseData, { numRuns: 150, seed: 1 })
  .map((data) => lowerCase(data, build(data, Object.keys(writtenLayout(data).mesh))));

test("programs are sound as they are lowered", () => {
  for (const own of lowered) verifyLowered(own);
});

test.each(Object.entries(unsound))("no program is sound where %s", (_, change) => {
  let changed = 0;
  for (const own of lowered) {
    const program = change(own.program);
    if (!program) continue;
    changed++;
    const refused = () => verifyLowered({ ...own, program });
    expect(refused, own.toString()).toThrow(/^\[internal\] .*%\d+/s);
  }
  expect(changed).toBeGreaterThan(0);
});
