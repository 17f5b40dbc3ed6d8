import * as fc from "fast-check";
import {
  defineDims,
  defineLayout,
  defineMesh,
  exp,
  type Lowered,
  lower,
  mapOver,
  mul,
  placeholder,
  type Tensor,
} from "mtf";
import { expect, test } from "vitest";
import { verifyLowered } from "../../src/program/verify/lowered.ts";
import { draws } from "../../src/testing/draws.ts";
import { build } from "./build.ts";
import { caseData } from "./case.ts";
import { lowerCase } from "./checkCase.ts";
import { writtenLayout } from "./layoutOf.ts";
import { unsound } from "./unsound.ts";

const drawn = fc
  .sample(caseData, { numRuns: draws(150), seed: 1 })
  .map((data) => lowerCase(data, build(data, Object.keys(writtenLayout(data).mesh))));

// Hardly one that is drawn has rounds of each device's own that compute more than a scalar.
const dims = defineDims({ a: 4, b: 3 });
const ownRounds = lower((x: Tensor<"a" | "b">) => mapOver(dims.a, (row) => exp(row), x), {
  layout: defineLayout({ dims, mesh: defineMesh("p:2"), rules: { a: "p" } }),
  inputs: [placeholder([dims.a, dims.b])],
});
// Nor are there many in which a loop's body reads what is computed before it.
const readingRounds = lower(
  (x: Tensor<"a" | "b">, y: Tensor<"b">) => mapOver(dims.a, (row) => mul(row, y), x),
  {
    layout: defineLayout({ dims, mesh: defineMesh("p:2"), rules: { b: "p" } }),
    inputs: [placeholder([dims.a, dims.b]), placeholder([dims.b])],
  },
);
const byHand = [ownRounds, readingRounds] as unknown as readonly Lowered<never, unknown>[];
const lowered = [...drawn, ...byHand];

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
