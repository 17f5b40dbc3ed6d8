import type { Typed } from "../graph/kinds.ts";
import { printResting } from "../rest/print.ts";
import { remembered } from "./plan/remembered.ts";

/** Numbers for the types of values: the same for those with the same dims, in the same order. */
export interface Types {
  readonly byText: Map<string, number>;
  /** A type is asked for by what makes a value and by all that read it: it is printed once. */
  readonly byObject: Map<Typed, number>;
}

export function newTypes(): Types {
  return { byText: new Map(), byObject: new Map() };
}

export function typeNumber({ byText, byObject }: Types, typed: Typed): number {
  let number = byObject.get(typed);
  if (number === undefined) {
    let text = "";
    for (const { name, size } of typed.dims) text += ` ${name}${size}`;
    number = remembered(byText, printResting(typed, text), () => byText.size);
    byObject.set(typed, number);
  }
  return number;
}
