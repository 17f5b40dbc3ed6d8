import { attendedOf } from "../../../../ops/flashAttention/operands.ts";
import type { Pass, Wgsl } from "../kernel.ts";
import { matrixOf, type Outer } from "./arrays.ts";
import { biasGradient } from "./biasGradient.ts";
import { integersOf } from "./integers.ts";
import { loopOf } from "./loop.ts";
import type { Side } from "./numbers.ts";
import { packed } from "./packed.ts";
import { type Gradient, remaking } from "./remaking.ts";
import { streaming } from "./stream.ts";
import { leaving, mixed } from "./tile.ts";

/**
 * The gradients of attention: weights are made again from the logarithms of their sums, a tile at a time.
 * Keys and values stream by queries for the queries' gradient, and queries by keys for those of keys
 * and values, of which each has a pass, since a GPU may bind no more than eight arrays.
 */
export const flashAttentionGrad: Wgsl<"flashAttentionGrad"> = (attributes, operands, results) => {
  const at = attendedOf(
    attributes,
    operands.map((_, i) => i),
  );
  const room = operands.length + results.length;
  const integers = integersOf(at, operands, room);
  const floats = packed("float32", operands, at.rest.slice(1), room + integers.rooms.length);
  const loop = loopOf(attributes, operands);
  const gradient: Gradient = { attributes, operands, results, loop, integers, floats };
  const rooms = [...integers.rooms, ...floats.rooms];
  const ofBias = at.bias === undefined ? undefined : biasGradient(gradient, room + rooms.length);
  return {
    rooms: [...rooms, ...(ofBias?.rooms ?? [])],
    passes: [
      ...integers.passes,
      ...floats.passes,
      passOf(gradient, 0, "queries"),
      passOf(gradient, 1, "keys"),
      passOf(gradient, 2, "keys"),
      ...(ofBias?.passes ?? []),
    ],
  };
};

/** The pass that makes one of the results, whose rows a workgroup has tiles of. */
function passOf(gradient: Gradient, result: 0 | 1 | 2, rows: Side): Pass {
  const { attributes, operands, results, loop } = gradient;
  const { along, over, within } = attributes;
  const outer: Outer =
    rows === "queries"
      ? { z: [...loop.shared, ...loop.groups], g: [] }
      : { z: loop.shared, g: loop.groups };
  const remade = remaking(gradient, outer, rows, result === 2);
  const shader = streaming({
    ...remade.parts,
    step: (tile, pieces) =>
      [
        remade.step(tile),
        leaving(tile, "given"),
        mixed(tile, [remade.k, remade.q, remade.slope][result]!, pieces),
      ].join(""),
    to: matrixOf(outer, "to", ["y0", results[result]!], result === 0 ? along : over, within),
  });
  return { shader, tensors: [...remade.bound, operands.length + result] };
}
