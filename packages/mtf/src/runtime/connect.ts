import { MtfError } from "../errors.ts";
import { dimsOf } from "../graph/tensor.ts";
import type { Devices } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { loadProgram } from "./load.ts";
import { place } from "./place.ts";
import { putTree } from "./put-tree.ts";
import { runsOf } from "./runs.ts";
import { makeSharded } from "./sharded.ts";
import { divide } from "./sources/divide.ts";

/** The devices of a mesh, as the caller knows them, whatever hosts them. */
export function devicesOf(fleet: Fleet): Devices {
  const runs = runsOf(fleet);
  const devices: Devices = {
    mesh: fleet.mesh,
    variant: fleet.variant,
    load: (lowered, options = {}) => loadProgram(fleet, runs, lowered, options),
    async put(tensor, placement, source) {
      if (placement.partial.length > 0) {
        throw new MtfError("bad-argument", "what is put on devices cannot be partial.");
      }
      const value = { dims: dimsOf(tensor), dtype: tensor.dtype, placement };
      const wanted = { path: "source", dims: value.dims, dtype: value.dtype };
      const divided = divide(source, wanted, placement, fleet.mesh);
      return makeSharded(fleet, await place(fleet, value, divided), value);
    },
    putTree: (lowered, sourceOf) => putTree(devices, lowered, sourceOf),
    async usage() {
      const answers = await fleet.ask<"usage">(() => ({ kind: "usage" }));
      return answers.flatMap((answer) => answer ?? []);
    },
    close: () => fleet.close(),
    [Symbol.asyncDispose]: () => fleet.close(),
  };
  return devices;
}
