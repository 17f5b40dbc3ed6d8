import { bytesPerElement } from "../../dtype.ts";
import { volume } from "../../program/placement.ts";
import type { Move } from "../../program/program.ts";
import { after, type Frame, type Phase, sharing, sliceOf } from "../execute/device.ts";
import { accessTo } from "./access.ts";
import { copyElements, eachRun } from "./copy.ts";
import type { Piece } from "./pieces.ts";
import { type MovePlan, planMove, type Stretch } from "./plan.ts";
import { axesKey } from "./staging.ts";

/**
 * Moves elements. Each device publishes the stretches of its slices that others need, one window
 * after the other; the others copy what is theirs. What a device holds itself it copies directly.
 */
export function bindMove(move: Move, frame: Frame): readonly Phase[] {
  const { device, values } = frame;
  const value = values[move.result]!;
  const { dtype } = value;
  const staging = device.stagings.get(axesKey(device.mesh, move.axes));
  const members = staging?.members ?? [device.number];
  const plan: MovePlan = planMove(move, values, device.mesh, members);
  const pieces = plan.pieces.get(device.number)!;
  const own = pieces.filter((piece) => piece.holder === device.number);
  const foreign = pieces.filter((piece) => piece.holder !== device.number);
  const covered = pieces.reduce((sum, piece) => sum + piece.copy.elements, 0);
  const fill = covered < volume(sliceOf(value, device).box) ? move.fill : undefined;
  const host = accessTo(frame, move.operands, move.result);

  const copyOwn = () => {
    for (const { operand, copy } of own) {
      const [source, target] = [host.operand(operand), host.result()];
      eachRun(copy, 0, copy.fromEnd, (from, to, length) =>
        copyElements(source, from, target, to, length),
      );
    }
  };
  if (!staging || plan.published === 0) {
    const same = unmoved(move, own, frame);
    if (same !== undefined) return [sharing(frame, same, move.result)];
    const finish = () => {
      copyOwn();
      host.close();
    };
    return [() => after(host.open(fill), finish)];
  }

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
    after(host.open(fill), () => {
      copyOwn();
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

/** The operand whose slice is the result's, number by number, if there is one. */
function unmoved(
  move: Move,
  pieces: readonly Piece[],
  { device, values }: Frame,
): number | undefined {
  const [piece] = pieces;
  if (!piece || piece.copy.counts.length > 0) return undefined;
  const operand = move.operands[piece.operand]!;
  const sizes = [operand, move.result].map((v) => volume(sliceOf(values[v]!, device).box));
  return sizes.every((size) => size === piece.copy.elements) ? operand : undefined;
}

/** The elements of a stretch that are in the window that shows `capacity` elements from `shown`. */
function within(stretch: Stretch, shown: number, capacity: number) {
  const first = Math.max(stretch.at, shown);
  const last = Math.min(stretch.at + stretch.end - stretch.begin, shown + capacity);
  const shift = stretch.begin - stretch.at;
  return { begin: first + shift, end: last + shift, at: first - shown };
}
