import { bytesPerElement, type StoredDType } from "../../../dtype.ts";
import { after, type Phase } from "../../execute/device.ts";
import type { Messages } from "./messages.ts";
import type { Terms } from "./terms.ts";

/** How numbers are sent. */
export interface Sending {
  readonly messages: Messages;
  /** So much of a tensor is under way at once. */
  readonly segmentBytes: number;
  /** Whether the device computes after the first segment has been sent. */
  readonly apart: boolean;
  /** Where what a device folds is received. */
  readonly terms: Terms;
}

/** A range of elements that is sent at once. */
export interface Segment {
  readonly begin: number;
  readonly end: number;
  /** Whether what is sent of it has to be a copy: what is computed meanwhile may move the operand. */
  readonly copied: boolean;
}

/** Ranges of elements that are sent one after the other, of so many bytes at most. */
export function segmentsOf(
  elements: number,
  dtype: StoredDType,
  { segmentBytes, apart }: Sending,
): readonly Segment[] {
  const length = Math.max(1, Math.floor(segmentBytes / bytesPerElement[dtype]));
  return Array.from({ length: Math.ceil(elements / length) }, (_, i) => {
    const [begin, end] = [i * length, Math.min(elements, (i + 1) * length)];
    return { begin, end, copied: apart && i === 0 };
  });
}

/** A collective's phases: the first segment is sent before anybody is waited for. */
export function phasesOf(
  open: Phase,
  segments: readonly (readonly [send: Phase, ...Phase[]])[],
  close: Phase,
): readonly Phase[] {
  const [first, ...others] = segments;
  if (!first) return [open, close];
  const [send, ...rest] = first;
  return [() => after(open(), send), ...rest, ...others.flat(), close];
}
