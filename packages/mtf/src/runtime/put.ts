import type { Value } from "../program/program.ts";
import type { Sharded, Source } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { place } from "./place.ts";
import { makeSharded } from "./sharded.ts";
import { divide } from "./sources/divide.ts";

/** A tensor that is to be put on devices. */
export interface ToPut {
  /** What errors call it. */
  readonly path: string;
  readonly value: Value;
  readonly source: Source;
}

/**
 * Puts tensors on the devices, all of them or none: first everything is checked, and numbers among
 * the sources are copied; then one source after the other is asked.
 */
export async function putAll(fleet: Fleet, tensors: readonly ToPut[]): Promise<readonly Sharded[]> {
  const sources = tensors.map(({ path, value, source }) => {
    const wanted = { path, dims: value.dims, dtype: value.dtype, rest: value.rest };
    return { value, divided: divide(source, wanted, value.placement, fleet) };
  });
  const made: Sharded[] = [];
  try {
    for (const { value, divided } of sources) {
      made.push(makeSharded(fleet, await place(fleet, value, divided), value));
    }
  } catch (error) {
    for (const array of made) array.dispose();
    throw error;
  }
  return made;
}
