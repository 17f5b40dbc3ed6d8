import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as ops from "../../src/ops/index.ts";
import { build } from "./build.ts";
import type { Call } from "./call.ts";
import { caseData } from "./case.ts";
import type { Name } from "./library.ts";

/** The functions that calls name, those in functions that they are given among them. */
function namesIn(calls: readonly Call[], found: Set<Name>): void {
  const within = (argument: unknown): void => {
    if (typeof argument !== "object" || argument === null) return;
    if ("body" in argument) namesIn(argument.body as readonly Call[], found);
    for (const inner of Object.values(argument)) within(inner);
  };
  for (const { fn, args } of calls) {
    found.add(fn);
    within(args);
  }
}

it("programs are drawn of every op", () => {
  const found = new Set<Name>();
  for (const data of fc.sample(caseData, { numRuns: 1500, seed: 1 })) {
    namesIn(build(data, ["r", "c"]).calls, found);
  }
  // It gives back the tensor that it is given.
  const { named: _, ...others } = ops;
  const all = [
    ...Object.keys(others),
    "dropout",
    "reversible",
    "flashAttention",
    "maskedAttention",
    "pagedAttention",
  ] as readonly Name[];
  expect(all.filter((name) => !found.has(name))).toEqual([]);
});
