import type { AddingKernel, Buffer, Kernel, Slice } from "../../backend/backend.ts";
import type { Op } from "../../graph/kinds.ts";
import { volume } from "../../program/placement.ts";
import type { Compute } from "../../program/program.ts";
import { type Device, type Frame, type Phase, shapeOf, sliceOf } from "./device.ts";
import { leavesFirst, neutralOf, numberOf } from "./neutral.ts";
import { bindReading } from "./reading.ts";

/** Binds one op to the slices it computes on, or to what it gives without looking at them. */
export function bindKernel(
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
  device: Device,
): Kernel {
  const { backend } = device;
  // What rests keeps its bytes: of a slice without numbers, too, the scales that all have.
  if (results.some(({ rest }) => rest)) return bindReading(backend, op, operands, results, reuse);
  const empty = (slice: Slice) => volume(slice.box) === 0;
  const [first, ...others] = operands;
  if (leavesFirst(op) && !empty(first!) && others.some(empty)) return ([given]) => [given!];
  const neutral = results.map((_, i) => neutralOf(op, i));
  const asked = neutral.includes(undefined) || !operands.some(empty);
  if (asked && !results.every(empty)) return bindReading(backend, op, operands, results, reuse);
  const fills = results.map((slice, i) => ({
    shape: shapeOf(slice),
    dtype: slice.dtype,
    fill: empty(slice) ? undefined : numberOf[neutral[i]!](slice.dtype),
  }));
  return () => fills.map(({ shape, dtype, fill }) => backend.allocate(shape, dtype, fill));
}

function bindAdding(
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  { backend }: Device,
): AddingKernel | undefined {
  const usual = ({ box, rest }: Slice) => volume(box) > 0 && rest === undefined;
  if (![...operands, ...results].every(usual)) return undefined;
  return backend.bindAdding?.(op, operands, results[0]!);
}

/**
 * Binds a compute instruction to a frame's slots.
 *
 * @param sum the slot of what the result is a term of, if it is one: what is there is added to where
 * the backend can do so, and becomes the result
 */
export function bindCompute(
  { op, operands, results }: Compute,
  frame: Frame,
  dies: readonly number[],
  reuse: readonly number[],
  sum: number | undefined,
): Phase {
  const { device, values, slots } = frame;
  const slices = (numbers: readonly number[]) => numbers.map((n) => sliceOf(values[n]!, device));
  const kernel = bindKernel(op, slices(operands), slices(results), reuse, device);
  const adding =
    sum === undefined ? undefined : bindAdding(op, slices(operands), slices(results), device);
  const given = new Array<Buffer>(operands.length);
  const dying = operands.map((value) => dies.includes(value));

  const store = (made: readonly Buffer[]) => {
    for (let r = 0; r < results.length; r++) {
      let result = made[r]!;
      const at = given.indexOf(result);
      // A kernel may return an operand. Where that dies the result takes its place, else both live.
      if (at >= 0 && dying[at] && slots[operands[at]!] === result) {
        slots[operands[at]!] = undefined;
      } else if (at >= 0) {
        result = device.backend.share(result, result.shape);
      }
      slots[results[r]!] = result;
    }
  };
  return () => {
    for (let i = 0; i < operands.length; i++) given[i] = slots[operands[i]!]!;
    const before = adding && slots[sum!];
    if (before) {
      adding(given, before);
      slots[results[0]!] = before;
      slots[sum!] = undefined;
      return;
    }
    const made = kernel(given);
    return made instanceof Promise ? made.then(store) : store(made);
  };
}
