import { type AnyTensor, isTensor } from "../graph/tensor.ts";
import type { Lowered } from "../spmd/lowered.ts";
import { leavesOf, withLeaves } from "../tree.ts";
import type { Devices, Held, Sharded, Source } from "./devices.ts";
import { checkMesh } from "./load.ts";

/** Puts a tree on devices as the results of a function would lie there: all of it, or nothing. */
export async function putTree<Arguments extends readonly unknown[], Result>(
  devices: Devices,
  { program, result }: Lowered<Arguments, Result>,
  sourceOf: (path: string, tensor: AnyTensor) => Source,
): Promise<Held<Result>> {
  checkMesh(program, devices.mesh);
  const wanted = leavesOf(result, isTensor).map(([path, tensor], i) => {
    const { placement } = program.values[program.outputs[i]!.value]!;
    return { tensor, placement, source: sourceOf(path, tensor) };
  });
  const held: Sharded[] = [];
  try {
    for (const { tensor, placement, source } of wanted) {
      held.push(await devices.put(tensor, placement, source));
    }
  } catch (error) {
    for (const array of held) array.dispose();
    throw error;
  }
  return withLeaves(result, isTensor, held) as Held<Result>;
}
