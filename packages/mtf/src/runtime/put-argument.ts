import { isTensor } from "../graph/tensor.ts";
import type { Lowered } from "../program/lowered.ts";
import { withLeaves } from "../tree.ts";
import { argumentLeaves } from "./argument.ts";
import type { Source } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { putAll } from "./put.ts";
import { isSharded } from "./sharded.ts";
import { wrongInput } from "./sources/array.ts";

/** Puts an argument on the devices, where a program wants it: all of it, or nothing. */
export async function putArgument(
  fleet: Fleet,
  lowered: Lowered<readonly unknown[], unknown>,
  argument: number,
  data: unknown,
): Promise<unknown> {
  const wanted = argumentLeaves(lowered, argument, data).map(({ path, value, given }) => {
    if (!isSharded(given)) return { path, value, source: given as Source };
    const to = { path, dims: value.dims, dtype: value.dtype, rest: value.rest };
    throw wrongInput(to, `'${path}' is on devices already.`, {
      try: [`devices.reshard(held, program, ${argument})`],
    });
  });
  return withLeaves(lowered.arguments[argument], isTensor, await putAll(fleet, wanted));
}
