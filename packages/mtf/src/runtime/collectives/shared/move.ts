import { copyElements, eachRun } from "../../../backend/slices/copy.ts";
import { bytesPerElement } from "../../../dtype.ts";
import type { Move } from "../../../program/program.ts";
import { after, type Phase } from "../../execute/device.ts";
import type { Moving } from "../moving.ts";
import { ownPart, stayingMove } from "../ownPart.ts";
import { planMove, type Stretch } from "./plan.ts";
import type { Staging } from "./staging.ts";

/**
 * Moves elements. Each device publishes the stretches of its slices that others need, one window
 * after the other; the others copy what is theirs. What a device holds itself it copies directly.
 *
 * @param staging undefined where the device has no others
 */
export function bindMove(
  move: Move,
  moving: Moving,
  staging: Staging | undefined,
): readonly Phase[] {
  const { device, values } = moving;
  const { dtype } = values[move.result]!;
  const plan = planMove(move, values, device.mesh, staging?.members ?? [device.number]);
  const pieces = plan.pieces.get(device.number)!;
  const own = ownPart(move, moving, pieces);
  if (!staging || plan.published === 0) return stayingMove(move, moving, pieces, own);

  const { host } = own;
  const foreign = pieces.filter((piece) => piece.holder !== device.number);
  const capacity = staging.capacity(dtype);
  const rounds = Math.ceil(plan.published / capacity);
  const stretches = plan.stretches.get(device.number)!;
  const publish = (round: number) => {
    staging.turn();
    const window = staging.window(device.number, dtype);
    for (const stretch of stretches) {
      const { begin, end, at } = within(stretch, round * capacity, capacity);
      if (begin < end) window.set(host.operand(stretch.operand).subarray(begin, end), at);
    }
  };
  const receive = (round: number) => {
    const target = host.result();
    for (const { operand, holder, copy } of foreign) {
      const stretch = plan.stretches.get(holder)!.find((s) => s.operand === operand)!;
      const { begin, end, at } = within(stretch, round * capacity, capacity);
      if (begin >= end) continue;
      const window = staging.window(holder, dtype);
      eachRun(copy, begin, end, (from, to, length) => {
        copyElements(window, from - begin + at, target, to, length);
        device.usage.bytesReceived += length * bytesPerElement[dtype];
      });
    }
  };
  const begin: Phase = () =>
    after(host.open(own.fill), () => {
      own.copy();
      publish(0);
    });
  const segments = Array.from(
    { length: rounds },
    (_, round): Phase =>
      () => {
        receive(round);
        if (round + 1 < rounds) publish(round + 1);
        else host.close();
      },
  );
  return [begin, ...segments];
}

/** The elements of a stretch that are in the window that shows `capacity` elements from `shown`. */
function within(stretch: Stretch, shown: number, capacity: number) {
  const first = Math.max(stretch.at, shown);
  const last = Math.min(stretch.at + stretch.end - stretch.begin, shown + capacity);
  const shift = stretch.begin - stretch.at;
  return { begin: first + shift, end: last + shift, at: first - shown };
}
