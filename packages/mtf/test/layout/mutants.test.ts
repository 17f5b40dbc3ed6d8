import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type { Slice } from "../../src/backend/backend.ts";
import { referenceBackend } from "../../src/backend/reference/index.ts";
import type { Lowered } from "../../src/program/index.ts";
import type { Placement } from "../../src/program/placement.ts";
import { type CaseData, caseData } from "./case.ts";
import { checkCase } from "./checkCase.ts";
import { mutants, programMutants, ruleMutants, withRule } from "./mutants.ts";

// Defects are seeded by mocking modules of the library: a mocked function is the real one unless
// the mutant named here is the one that changes it.
const active = vi.hoisted(() => ({ mutant: "" }));

vi.mock("../../src/ops/rules.ts", async (original) => {
  const { rules } = await original<typeof import("../../src/ops/rules.ts")>();
  const lookUp = (_: unknown, kind: keyof typeof rules) => {
    const mutant = ruleMutants[active.mutant];
    return (mutant?.[0] === kind ? withRule(rules, mutant) : rules)[kind];
  };
  return { rules: new Proxy(rules, { get: lookUp as never }) };
});

vi.mock("../../src/partition/lower.ts", async (original) => {
  const real = await original<typeof import("../../src/partition/lower.ts")>();
  const lower = (...args: Parameters<typeof real.lower>): Lowered<never, unknown> => {
    const lowered = real.lower(...args);
    const change = programMutants[active.mutant];
    return (change ? { ...lowered, program: change(lowered.program) } : lowered) as never;
  };
  return { ...real, lower };
});

vi.mock("../../src/backend/arrays/indexing.ts", async (original) => {
  const real = await original<typeof import("../../src/backend/arrays/indexing.ts")>();
  const gather: typeof real.gather = (attributes, operands, results) => {
    const fromStart = (slice: Slice): Slice => ({
      ...slice,
      box: slice.box.map((range, i) =>
        slice.dims[i]!.name === attributes.dim ? { ...range, begin: 0 } : range,
      ),
    });
    const [table, ids] = operands;
    const wrong = active.mutant === "gather takes ids for rows of its slice";
    return real.gather(attributes, wrong ? [fromStart(table!), ids!] : operands, results);
  };
  return { ...real, gather };
});

vi.mock("../../src/program/localReshape.ts", async (original) => {
  const real = await original<typeof import("../../src/program/localReshape.ts")>();
  const localReshape: typeof real.localReshape = (node, split, mesh) => {
    if (active.mutant !== "every reshape is local") return real.localReshape(node, split, mesh);
    const { from, to } = node.attributes;
    const kept = Object.fromEntries(Object.entries(split).filter(([d]) => !from.includes(d)));
    const cut = split[from[0]!];
    if (!cut) return { operand: kept, result: kept };
    return { operand: { ...kept, [from[0]!]: cut }, result: { ...kept, [to[0]!.name]: cut } };
  };
  return { ...real, localReshape };
});

vi.mock("../../src/program/placement.ts", async (original) => {
  const real = await original<typeof import("../../src/program/placement.ts")>();
  const rangeOf: typeof real.rangeOf = (size, axes, mesh, coordinate) => {
    const range = real.rangeOf(size, axes, mesh, coordinate);
    if (active.mutant !== "a slice's extra element is left out") return range;
    const parts = axes.reduce((product, axis) => product * mesh.axes[axis]!, 1);
    return { begin: range.begin, size: Math.floor(size / parts) };
  };
  const boxOf: typeof real.boxOf = (dims, placement: Placement, mesh, coordinate) =>
    dims.map((d) => rangeOf(d.size, real.axesOf(placement, d.name), mesh, coordinate));
  return { ...real, rangeOf, boxOf };
});

vi.mock("../../src/partition/passing.ts", async (original) => {
  const real = await original<typeof import("../../src/partition/passing.ts")>();
  const { lying } = await import("../../src/partition/scope.ts");
  const groupedByOwed: typeof real.groupedByOwed = (scope, tensors) => {
    const groups = real.groupedByOwed(scope, tensors);
    return active.mutant === "one group of a sum's terms is dropped" ? groups.slice(1) : groups;
  };
  const passingThrough: typeof real.passingThrough = (scope, node, partition) => {
    const passing = real.passingThrough(scope, node, partition);
    if (active.mutant !== "owed sums stay owed where operands differ in their axes") return passing;
    if (node.results.length > 1 || node.kind !== "elementwise") return passing;
    const owing = node.operands.flatMap((x, i) => (lying(scope, x).partial.length > 0 ? [i] : []));
    const linear = (partition.linear ?? []).some((set) => owing.every((i) => set.includes(i)));
    const once = owing.every((i) => scope.uses.count(node.operands[i]!) === 1);
    if (!linear || !once || owing.length === 0) return passing;
    return { operands: owing, axes: lying(scope, node.operands[owing[0]!]!).partial };
  };
  return { ...real, groupedByOwed, passingThrough };
});

vi.mock("../../src/partition/scope.ts", async (original) => {
  const real = await original<typeof import("../../src/partition/scope.ts")>();
  const valueAt: typeof real.valueAt = (scope, tensor, to, origin) => {
    const versions = real.versionsOf(scope, tensor);
    const wrong = active.mutant === "stored arguments are not gathered";
    if (wrong && scope.stored.has(versions)) return versions.home;
    return real.valueAt(scope, tensor, to, origin);
  };
  return { ...real, valueAt };
});

vi.mock("../../src/runtime/execute/neutral.ts", async (original) => {
  const real = await original<typeof import("../../src/runtime/execute/neutral.ts")>();
  const least: typeof real.numberOf.least = (dtype) =>
    active.mutant === "an empty slice has a maximum of 0" ? 0 : real.numberOf.least(dtype);
  return { ...real, numberOf: { ...real.numberOf, least } };
});

afterEach(() => {
  active.mutant = "";
});

/** The property finds a defect within this many cases, or not in time: of each op there are few among them. */
const bound = 4000;

const backend = referenceBackend();

/** The first case that a mutant fails, and how many it took. */
async function firstFailure(seed: number): Promise<readonly [CaseData, number] | undefined> {
  const property = fc.asyncProperty(
    caseData,
    async (data) => void (await checkCase(data, backend)),
  );
  const result = await fc.check(property, { numRuns: bound, seed, endOnFailure: true });
  return result.failed ? [result.counterexample![0], result.numRuns] : undefined;
}

test.each(mutants)("layout property finds: %s", { timeout: 480_000 }, async (mutant) => {
  active.mutant = mutant;
  const found = await firstFailure(1);
  expect(found, "no case fails").toBeDefined();
  const [data, needed] = found!;
  active.mutant = "";
  await checkCase(data, backend);
  console.log(`found in ${needed} layout cases: ${mutant}`);
});
