import type { Within } from "../../../backend/backend.ts";
import { bytesPerElement } from "../../../dtype.ts";
import type { Move } from "../../../program/program.ts";
import { heldOf, type Phase, sharing, sliceOf } from "../../execute/device.ts";
import type { Moving } from "../moving.ts";
import { fillOf, unmoved } from "../ownPart.ts";
import type { Piece } from "../pieces.ts";
import { beginOfPart } from "./beginOfPart.ts";
import type { Shown } from "./shown.ts";

/**
 * Moves elements. Each device copies what its result is made of from the buffers of those that hold it.
 *
 * @param pieces what the device's result is made of
 * @param staying whether no device of the group lacks anything
 */
export function bindMove(
  move: Move,
  moving: Moving,
  pieces: readonly Piece[],
  staying: boolean,
  within: Within,
  shown: Shown,
): readonly Phase[] {
  const { device, frame, slots, values, part } = moving;
  const same = staying ? unmoved(move, pieces, moving) : undefined;
  if (same !== undefined) return [sharing(frame, same, move.result)];
  const { shape, dtype } = heldOf(sliceOf(frame.values[move.result]!, device));
  const fill = fillOf(move, pieces, moving);
  const stored = values[move.result]!.dtype;
  const beginOf = (value: number, holder: number) =>
    beginOfPart(frame.values[value]!, part, device.mesh, holder);
  const to = beginOf(move.result, device.number);
  const copies = pieces.map(({ operand, holder, copy }) => {
    const from = beginOf(move.operands[operand]!, holder);
    const placed = { ...copy, from: copy.from + from, to: copy.to + to };
    return { value: move.operands[operand]!, holder, copy: within.copy(placed, stored) };
  });
  const foreign = pieces.filter(({ holder }) => holder !== device.number);
  const elements = foreign.reduce((sum, { copy }) => sum + copy.elements, 0);
  const open = () => {
    // Whoever moves the first part allocates all of them.
    if (part === 0) slots[move.result] = device.backend.allocate(shape, dtype, fill);
    shown.set(device.number, slots);
  };
  const copyAll = () => {
    for (const { value, holder, copy } of copies) {
      copy(shown.get(holder)![value]!, slots[move.result]!);
    }
    device.usage.bytesReceived += elements * bytesPerElement[stored];
  };
  if (!staying) return [open, copyAll];
  // Others of the group may be in other threads, and have one phase: nobody waits for anybody.
  return [
    () => {
      open();
      copyAll();
    },
  ];
}
