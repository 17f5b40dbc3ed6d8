import { type Placement, printPlacement } from "../program/placement.ts";

/** Placements as numbers: the same few are compared again and again. */
export interface Placements {
  readonly all: Placement[];
  readonly byText: Map<string, number>;
  /** Of the objects that have been asked for before: their texts need not be looked up. */
  readonly byObject: Map<Placement, number>;
}

export function newPlacements(): Placements {
  return { all: [], byText: new Map(), byObject: new Map() };
}

export function numberOf({ all, byText, byObject }: Placements, placement: Placement): number {
  let number = byObject.get(placement);
  if (number !== undefined) return number;
  const text = printPlacement(placement);
  number = byText.get(text);
  if (number === undefined) {
    number = all.push(placement) - 1;
    byText.set(text, number);
  }
  byObject.set(placement, number);
  return number;
}
