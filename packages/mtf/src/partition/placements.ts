import { type Placement, printPlacement } from "../program/placement.ts";
import { remembered } from "./plan/remembered.ts";

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

export function numberOf(placements: Placements, placement: Placement): number {
  return remembered(placements.byObject, placement, () => numberOfNew(placements, placement));
}

/** The same of an object that has just been made and is not asked for again. */
export function numberOfNew({ all, byText }: Placements, placement: Placement): number {
  return remembered(byText, printPlacement(placement), () => all.push(placement) - 1);
}
