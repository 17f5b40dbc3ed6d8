import { type Copy, eachRun } from "../../../backend/slices/copy.ts";

/** Runs of neighbours in one array, and where they go in another. */
export interface Runs {
  readonly elements: number;
  /** Where they begin in the one and in the other, if there is one run only: it need not be packed. */
  readonly alone: { readonly from: number; readonly to: number } | undefined;
  each(visit: (from: number, to: number, length: number) => void): void;
}

/** The runs of some copies from one array to one other, of what is read from `begin` on and before `end`. */
export function runsWithin(copies: readonly Copy[], begin: number, end: number): Runs {
  const each: Runs["each"] = (visit) => {
    for (const copy of copies) eachRun(copy, begin, end, visit);
  };
  let [elements, count] = [0, 0];
  let first: Runs["alone"];
  each((from, to, length) => {
    first ??= { from, to };
    elements += length;
    count++;
  });
  return { elements, alone: count === 1 ? first : undefined, each };
}
