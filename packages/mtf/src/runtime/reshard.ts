import { booleanArgument, optionsArgument } from "../arguments.ts";
import { ledger } from "../cost/ledger.ts";
import { type Relocation, reshardProgram } from "../partition/reshard.ts";
import { type Lowered, loweredArgument } from "../program/lowered.ts";
import { loweredOf } from "../program/loweredOf.ts";
import { captureLine } from "../sourceLine.ts";
import { argumentLeaves } from "./argument.ts";
import { checkUsable } from "./arrays.ts";
import { called } from "./called.ts";
import type { Reshard, ReshardOptions } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { checkShape } from "./given.ts";
import { checkMesh, loadProgram } from "./load.ts";
import { stateOf } from "./sharded.ts";
import { wrongInput } from "./sources/array.ts";

/** Plans how what devices hold gets to where a program wants an argument. */
export function planReshard(
  fleet: Fleet,
  held: unknown,
  to: Lowered<readonly unknown[], unknown>,
  argument: number,
  options: ReshardOptions,
): Reshard<unknown> {
  loweredArgument("reshard", "to", to);
  optionsArgument("reshard", "options", options, ["donate"]);
  const donate = booleanArgument("reshard", "options.donate", options.donate ?? false);
  checkMesh(to.program, fleet.mesh);
  const relocations = argumentLeaves(to, argument, held).map(
    ({ path, value, given }): Relocation => {
      const wanted = { path, dims: value.dims, dtype: value.dtype, rest: value.rest };
      const array = stateOf(given);
      if (!array) {
        throw wrongInput(wanted, `'${path}' is not on devices yet.`, {
          try: [`run.put(${argument}, numbers)`],
        });
      }
      checkUsable(array, path);
      checkShape(array, value, wanted, fleet);
      const { dims, dtype, rest, placement } = array;
      return { path, value: { dims, dtype, rest, placement }, to: value.placement };
    },
  );
  const program = reshardProgram(relocations, fleet.mesh, donate, captureLine());
  const tree = to.arguments[argument];
  const lowered = loweredOf(program, [tree] as const, tree);
  const text = () => lowered.toString();
  const plan: Reshard<unknown> = {
    program,
    bytes: ledger(program).bytes,
    toString: text,
    run: () =>
      called(async () => {
        const move = await loadProgram(fleet, lowered, {});
        try {
          return await move(held);
        } finally {
          if (!fleet.failure) await move.unload();
        }
      }),
  };
  // What console.log prints on Node.
  return Object.assign(plan, { [Symbol.for("nodejs.util.inspect.custom")]: text });
}
