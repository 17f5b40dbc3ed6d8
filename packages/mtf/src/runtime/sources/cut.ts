import { type Copy, copyOf, eachRun, stepsOf } from "../../backend/slices/copy.ts";
import type { HostArray } from "../../dtype.ts";
import type { Box } from "../../program/placement.ts";

/** The copy of a box of a larger row-major array to an array of its own. */
export function cutting(whole: readonly number[], box: Box): Copy {
  const wholeSteps = stepsOf(whole.map((size) => ({ begin: 0, size })));
  const steps = stepsOf(box);
  return copyOf(
    box.map(({ begin, size }, d) => ({
      size,
      from: { begin, step: wholeSteps[d]! },
      to: { begin: 0, step: steps[d]! },
    })),
  );
}

/** A box of a row-major array, as an array of its own. */
export function cut<A extends HostArray>(array: A, shape: readonly number[], box: Box): A {
  const copy = cutting(shape, box);
  const part = new (array.constructor as new (length: number) => A)(copy.elements);
  eachRun(copy, 0, array.length, (from, to, length) => {
    part.set(array.subarray(from, from + length), to);
  });
  return part;
}

/** Puts an array of its own where its box is in a larger one. */
export function paste(part: HostArray, whole: HostArray, shape: readonly number[], box: Box): void {
  eachRun(cutting(shape, box), 0, whole.length, (from, to, length) => {
    whole.set(part.subarray(to, to + length), from);
  });
}
