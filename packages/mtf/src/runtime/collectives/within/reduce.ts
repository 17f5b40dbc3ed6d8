import type { Within } from "../../../backend/backend.ts";
import { bytesPerElement } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import { type Frame, type Phase, shapeOf, sharing, sliceOf } from "../../execute/device.ts";
import type { Group } from "../groups.ts";
import { keptOf } from "../kept.ts";
import type { Shown } from "./shown.ts";

/**
 * Settles partial values, each by a fold of the group's buffers. In an all-reduce the first device folds,
 * and the others copy what it made; in a reduce-scatter each folds what it is to keep.
 *
 * @param reduces of one kind, along the same axes
 */
export function bindReduce(
  reduces: readonly Reduce[],
  frame: Frame,
  group: Group,
  within: Within,
  shown: Shown,
): readonly Phase[] {
  const { device, slots } = frame;
  if (group.members.length === 1) {
    const shared = reduces.map((reduce) => sharing(frame, reduce.operand, reduce.result));
    return [() => shared.forEach((share) => void share())];
  }
  const settlings = reduces.map((reduce) => settlingOf(reduce, frame, group, within, shown));
  return [
    () => {
      for (const { open } of settlings) open();
      shown.set(device.number, slots);
    },
    () => settlings.forEach(({ fold }) => void fold()),
    () => settlings.forEach(({ copy }) => void copy()),
  ];
}

function settlingOf(
  reduce: Reduce,
  { device, values, slots }: Frame,
  { members, rank }: Group,
  within: Within,
  shown: Shown,
): { readonly open: () => void; readonly fold: () => void; readonly copy: () => void } {
  const { name, fn, operand, result } = reduce;
  const slice = sliceOf(values[result]!, device);
  const { dtype } = slice;
  const shape = shapeOf(slice);
  const kept = keptOf(reduce, values, device.mesh, device.number);
  const fold = within.fold(fn, kept, dtype, members.length);
  const copy = within.copy(kept, dtype);
  const bytes = kept.elements * bytesPerElement[dtype];
  const isFirst = rank === 0;
  const scatters = name === "reduce-scatter";
  const bufferOf = (member: number, value: number) => shown.get(member)![value]!;
  return {
    open() {
      slots[result] = device.backend.allocate(shape, dtype);
    },
    fold() {
      if (!isFirst && !scatters) return;
      const terms = members.map((member) => bufferOf(member, operand));
      fold(terms, slots[result]!);
      device.usage.bytesReceived += (members.length - 1) * bytes;
    },
    copy() {
      if (isFirst || scatters) return;
      copy(bufferOf(members[0]!, result), slots[result]!);
      device.usage.bytesReceived += bytes;
    },
  };
}
