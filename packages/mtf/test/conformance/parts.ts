import { asked, finiteOnly } from "../support/backends.ts";

/** A part of conformance: a file of tests, and how exact a backend has to be in it. */
export interface Part {
  readonly title: string;
  readonly file: string;
  readonly bound: string;
  /** It is about NaN and infinities. */
  readonly nonFinite?: true;
}

/** What every backend has to pass, in the order in which it is told. */
export const parts: readonly Part[] = [
  {
    title: "every kind of op and function, dtypes, slices, leaks",
    file: "packages/mtf/test/conformance/kernels.test.ts",
    bound: "(16 + 4 terms) 2^-23 of the largest number; integers exact",
  },
  {
    title: "many dims",
    file: "packages/mtf/test/conformance/dims.test.ts",
    bound: "(16 + 4 terms) 2^-23 of the largest number; integers exact",
  },
  {
    title: "NaN and infinity: values",
    file: "packages/mtf/test/nonfinite/values.layout.test.ts",
    bound: "1e-6 of a number; NaN and infinities exact",
    nonFinite: true,
  },
  {
    title: "NaN and infinity: gradients",
    file: "packages/mtf/test/nonfinite/gradients.layout.test.ts",
    bound: "1e-6 of a number; NaN and infinities exact",
    nonFinite: true,
  },
  {
    title: "NaN and infinity: owed sums",
    file: "packages/mtf/test/nonfinite/owed.layout.test.ts",
    bound: "1e-6 of a number; NaN and infinities exact",
    nonFinite: true,
  },
  {
    title: "layouts drawn at random",
    file: "packages/mtf/test/layout/backends.test.ts",
    bound: "16 (16 + terms) roundings an op of the largest number",
  },
  {
    title: "Mesh-TensorFlow's numbers, values and gradients",
    file: "packages/mtf/test/mesh-tensorflow/ops.layout.test.ts",
    bound: "2^-24 a term, twice, of the largest number",
  },
  {
    title: "Hugging Face's GPT-Neo",
    file: "packages/gpt-neo/test/hugging-face/parity.test.ts",
    bound: "the fixture's own, tensor by tensor",
  },
  {
    title: "200 training steps, leaks",
    file: "packages/mtf/test/conformance/training.test.ts",
    bound: "512 roundings a step",
  },
];

/** Whether a part is no matter of the backend that was asked for. */
export function isExcepted(part: Part): boolean {
  return part.nonFinite === true && finiteOnly.has(asked);
}
