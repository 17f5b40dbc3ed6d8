import { type AnyTensor, isTensor } from "../../graph/tensor.ts";
import { dtypesDiffer, requireValue, tensorArgument, unionDims } from "../check.ts";
import { type Argument, apply } from "./apply.ts";
import { type Arithmetic, type Numeric, operandArgument, requireMeeting } from "./binary.ts";

const op = "floorDiv";

/**
 * How often y goes into x: x / y, rounded down to a whole number. Its gradient is 0. Of int32 it is what
 * `div` is. Dims and errors as of `add`.
 *
 * @example
 * floorDiv(position, 16); // the block of a position
 */
export const floorDiv: Arithmetic<Numeric> = (x: unknown, y: unknown): never => {
  const [left, right] = [numericArgument("x", x), numericArgument("y", y)];
  requireMeeting(op, left, right);
  const tensors = [left, right].filter((given) => isTensor(given)) as AnyTensor[];
  const [first, other] = tensors as [AnyTensor, AnyTensor | undefined];
  if (other && other.dtype !== first.dtype) throw dtypesDiffer(op, first, other);
  unionDims(op, tensors);
  for (const given of [left, right]) {
    if (typeof given === "number") requireValue(op, given, first.dtype, first);
  }
  if (first.dtype === "int32") return apply("div", left, right) as never;
  // x / y itself may round up to the next whole number.
  const least = apply("sub", left, apply("mod", left, right));
  return apply("round", apply("div", least, right)) as never;
};

function numericArgument(argument: string, x: unknown): Argument {
  const given = operandArgument(op, argument, x);
  return isTensor(given) ? tensorArgument(op, argument, given, ["float32", "int32"]) : given;
}
