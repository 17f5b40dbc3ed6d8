import { MtfError } from "../errors.ts";
import { dimsOf } from "../graph/tensor.ts";
import { tensorArgument } from "../ops/check.ts";
import type { Devices } from "./devices.ts";
import { placementArgument } from "./devicesArguments.ts";
import { putRequest } from "./feed.ts";
import type { Fleet } from "./fleet.ts";
import { loadProgram } from "./load.ts";
import { makeSharded, newArrayId } from "./sharded.ts";
import { partsOf } from "./sources/parts.ts";

/** The devices of a mesh, as the caller knows them, whatever hosts them. */
export function devicesOf(fleet: Fleet): Devices {
  const known = new Set<string>();
  return {
    mesh: fleet.mesh,
    variant: fleet.variant,
    load: (lowered) => loadProgram(fleet, lowered, known),
    async put(given, placement, source) {
      const tensor = tensorArgument("put", "tensor", given);
      placementArgument("put", "placement", placement, tensor, fleet.mesh);
      if (placement.partial.length > 0) {
        throw new MtfError("bad-argument", "what is put on devices cannot be partial.");
      }
      const value = { dims: dimsOf(tensor), dtype: tensor.dtype, placement };
      const wanted = { path: "source", dims: value.dims, dtype: value.dtype };
      const parts = partsOf(source, wanted, placement, fleet.mesh);
      const array = newArrayId();
      try {
        await fleet.ask<"put">(async () => {
          const ready = await parts;
          return (link) => putRequest(array, value, ready, link);
        });
      } catch (error) {
        if (!fleet.failure) {
          await fleet.ask<"dispose">(() => () => ({ kind: "dispose", arrays: [array] }));
        }
        throw error;
      }
      return makeSharded(fleet, array, value, undefined);
    },
    async usage() {
      const answers = await fleet.ask<"usage">(() => () => ({ kind: "usage" }));
      return answers.flatMap((answer) => answer ?? []);
    },
    close: () => fleet.close(),
    [Symbol.asyncDispose]: () => fleet.close(),
  };
}
