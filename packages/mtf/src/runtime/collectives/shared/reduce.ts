import type { Reduce } from "../../../program/program.ts";
import { type Frame, type Phase, sharing } from "../../execute/device.ts";
import { rowOf } from "../row.ts";
import { allReduce } from "./allReduce.ts";
import { reduceScatter } from "./reduceScatter.ts";
import type { Staging } from "./staging.ts";

/**
 * Settles partial values, all in one: every element is folded once in a group, or with the same numbers
 * in the same order.
 *
 * @param reduces of one kind, along the same axes
 * @param staging undefined where the device has no others
 */
export function bindReduce(
  reduces: readonly Reduce[],
  frame: Frame,
  staging: Staging | undefined,
): readonly Phase[] {
  if (!staging) {
    const shared = reduces.map((reduce) => sharing(frame, reduce.operand, reduce.result));
    return [() => shared.forEach((share) => void share())];
  }
  const [{ name }] = reduces as [Reduce];
  const bind = name === "all-reduce" ? allReduce : reduceScatter;
  return bind(reduces, rowOf(reduces, frame), frame, staging);
}
