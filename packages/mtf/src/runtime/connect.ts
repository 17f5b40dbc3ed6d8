import { MtfError } from "../errors.ts";
import { typeOf } from "../graph/tensor.ts";
import { tensorArgument } from "../ops/check.ts";
import { called, calledNow } from "./called.ts";
import type { Devices } from "./devices.ts";
import { placementArgument } from "./devicesArguments.ts";
import type { Fleet } from "./fleet.ts";
import { loadProgram } from "./load.ts";
import { profileRuns } from "./profile.ts";
import { putAll } from "./put.ts";
import { putTree } from "./put-tree.ts";
import { planReshard } from "./reshard.ts";

/** The devices of a mesh, as the caller knows them, whatever hosts them. */
export function devicesOf(fleet: Fleet): Devices {
  return {
    mesh: fleet.mesh,
    variant: fleet.variant,
    ahead: fleet.ahead,
    load: (lowered, options = {}) => called(() => loadProgram(fleet, lowered, options)),
    put: (given, placement, source) =>
      called(async () => {
        const tensor = tensorArgument("put", "tensor", given);
        placementArgument("put", "placement", placement, tensor, fleet.mesh);
        if (placement.partial.length > 0) {
          throw new MtfError("bad-argument", "what is put on devices cannot be partial.");
        }
        const value = { ...typeOf(tensor), placement };
        return (await putAll(fleet, [{ path: "source", value, source }]))[0]!;
      }),
    putTree: (lowered, sourceOf) => called(() => putTree(fleet, lowered, sourceOf)),
    reshard: (held, to, argument, options = {}) =>
      calledNow(() => planReshard(fleet, held, to, argument, options)) as never,
    async usage() {
      const answers = await fleet.inOrder(() =>
        fleet.ask<"usage">(({ reached }) => ({ kind: "usage", devices: reached })),
      );
      return answers.flatMap((answer) => answer ?? []);
    },
    profile: (work) => called(() => profileRuns(fleet, work)),
    close: () => fleet.close(),
    [Symbol.asyncDispose]: () => fleet.close(),
  };
}
