import type { MtfError } from "mtf";
import { badData } from "./bad-data.ts";
import type { Place } from "./document.ts";

/** The first id that a vocabulary of `size` does not have; ids are not negative. */
export function firstOutside(ids: Int32Array | Uint16Array, size: number): number | undefined {
  // A loop: a call for each id takes longer than everything else that is done with ids.
  for (let i = 0; i < ids.length; i++) if (ids[i]! >= size) return ids[i];
  return undefined;
}

/** The error of an id that no row of the model is for. */
export function unknownIdIn(from: Place, id: number, size: number): MtfError {
  return badData(from, `the id ${id} is not in the vocabulary of ${size}`, [
    "`tokenizer`, the one that made the ids: a new model takes its vocabulary",
  ]);
}
