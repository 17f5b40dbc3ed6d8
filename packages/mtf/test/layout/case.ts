import * as fc from "fast-check";

/** An input of a program, as small numbers: which dims, of which dtype, with which data. */
export interface InputData {
  /** Numbers that pick dims among those left. */
  readonly dims: readonly number[];
  readonly dtype: number;
  readonly seed: number;
}

/** A step of a program: which op, and numbers that pick its operands and options. */
export interface StepData {
  readonly op: number;
  readonly picks: readonly number[];
}

/** A rule of a layout: a dim and the axes it goes to, as numbers that pick among those left. */
export interface RuleData {
  readonly dim: number;
  readonly axes: readonly number[];
}

/** A program, a mesh and a layout as plain numbers, any of which make sense. */
export interface CaseData {
  /** Sizes of the dims that inputs have. */
  readonly sizes: readonly number[];
  readonly inputs: readonly InputData[];
  readonly steps: readonly StepData[];
  /** Which earlier tensors are outputs beside those that nothing reads. */
  readonly outputs: readonly number[];
  /** Which optimizer goes on from the gradients; the first is none, the second not even those. */
  readonly update: number;
  readonly mesh: readonly number[];
  readonly rules: readonly RuleData[];
  readonly storage: readonly { readonly path: number; readonly rules: readonly RuleData[] }[];
  readonly keep: boolean;
  readonly donate: boolean;
  /** Whether sums over rounds are held split where they come to rest so. */
  readonly split: boolean;
  /** Whether inputs hold NaN and infinities here and there. */
  readonly wild?: true;
  /** Whether floats among the inputs rest narrow here and there. */
  readonly narrow?: true;
}

const nat = (max: number) => fc.integer({ min: 0, max });

/** Numbers that pick operands: the latest tensor is picked most. */
const pick = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: nat(11) });

const input = fc.record({ dims: fc.array(nat(5), { maxLength: 3 }), dtype: nat(5), seed: nat(99) });

const step = fc.record({ op: nat(9999), picks: fc.array(pick, { maxLength: 12, size: "max" }) });

const rule = fc.record({
  dim: nat(7),
  axes: fc.oneof(
    { weight: 4, arbitrary: fc.array(nat(2), { minLength: 1, maxLength: 3, size: "max" }) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
});

const rules = (minLength: number) =>
  fc.uniqueArray(rule, { selector: (r) => r.dim, minLength, maxLength: 8, size: "max" });

const meshes = [1, 2, 3, 4, 5, 6, 7, 8]
  .flatMap((a) => [1, 2, 3, 4].flatMap((b) => [1, 2, 3].map((c) => [a, b, c])))
  .filter(([a, b, c]) => a! * b! * c! <= 8)
  .flatMap(([a, b, c]) =>
    c === 1
      ? b === 1
        ? [[a!], [a!, 1]]
        : [
            [a!, b!],
            [b!, 1, a!],
          ]
      : [[a!, b!, c!]],
  )
  // Smaller ones first, for shrinking; one device splits nothing.
  .filter((sizes) => sizes.some((n) => n > 1))
  .sort((a, b) => a.length - b.length);

export const caseData: fc.Arbitrary<CaseData> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 6, maxLength: 6 }),
  inputs: fc.array(input, { minLength: 1, maxLength: 4, size: "max" }),
  steps: fc.array(step, { minLength: 1, maxLength: 9, size: "max" }),
  outputs: fc.array(nat(7), { maxLength: 2 }),
  update: nat(9),
  mesh: fc.constantFrom(...meshes),
  // Most layouts have a rule for most dims; failures shrink to ones with few.
  rules: fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: rules(0) },
    { weight: 4, arbitrary: rules(6) },
  ),
  storage: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({ path: nat(6), rules: fc.array(rule, { minLength: 1, maxLength: 3 }) }),
        { minLength: 1, maxLength: 2 },
      ),
    },
  ),
  keep: fc.boolean(),
  donate: fc.boolean(),
  split: fc.boolean(),
});

/** A case whose inputs rest narrow. */
export const narrowData: fc.Arbitrary<CaseData> = caseData.map((d) => ({ ...d, narrow: true }));

/** A case whose inputs hold NaN and infinities. */
export const wildData: fc.Arbitrary<CaseData> = caseData.map((data) => ({ ...data, wild: true }));
