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
 * the sources are copied; then one function after the other is asked. What devices read themselves they
 * are told at once, so that none of them waits for another.
 */
export async function putAll(fleet: Fleet, tensors: readonly ToPut[]): Promise<readonly Sharded[]> {
  const sources = tensors.map(({ path, value, source }) => {
    const wanted = { path, dims: value.dims, dtype: value.dtype, rest: value.rest };
    return { value, divided: divide(source, wanted, value.placement, fleet) };
  });
  if (sources.length > 1) {
    const values = sources.map(({ value }) => value);
    // A device that cannot be asked says so to those who wait for an answer.
    fleet.ask<"expect">(() => ({ kind: "expect", values })).catch(() => undefined);
  }
  const placed: Promise<Sharded>[] = [];
  try {
    for (const { value, divided } of sources) {
      const placing = place(fleet, value, divided).then((id) => makeSharded(fleet, id, value));
      // Whoever waits for all of them is told.
      placing.catch(() => undefined);
      placed.push(placing);
      if (divided.kind === "function") await placing;
    }
    return await Promise.all(placed);
  } catch (error) {
    for (const made of await Promise.allSettled(placed)) {
      if (made.status === "fulfilled") made.value.dispose();
    }
    throw error;
  }
}
