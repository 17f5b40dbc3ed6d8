import { wrongArgument } from "../arguments.ts";
import { type AnyTensor, isTensor } from "../graph/tensor.ts";
import { type Lowered, loweredArgument } from "../program/lowered.ts";
import { leavesOf, withLeaves } from "../tree.ts";
import type { Held, Source } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { checkMesh } from "./load.ts";
import { putAll } from "./put.ts";

/** Puts a tree on devices as the results of a function would lie there: all of it, or nothing. */
export async function putTree<Arguments extends readonly unknown[], Result>(
  fleet: Fleet,
  lowered: Lowered<Arguments, Result>,
  sourceOf: (path: string, tensor: AnyTensor) => Source,
): Promise<Held<Result>> {
  loweredArgument("putTree", "lowered", lowered);
  if (typeof sourceOf !== "function") {
    throw wrongArgument("putTree", "sourceOf", "a function of a path", sourceOf);
  }
  const { program, result } = lowered;
  checkMesh(program, fleet.mesh);
  const wanted = leavesOf(result, isTensor).map(([path, tensor], i) => {
    const value = program.values[program.outputs[i]!.value]!;
    return { path, value, source: sourceOf(path, tensor) };
  });
  return withLeaves(result, isTensor, await putAll(fleet, wanted)) as Held<Result>;
}
