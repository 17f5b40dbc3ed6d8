import { numberArgument } from "../arguments.ts";
import { type AnyTensor, isTensor, type Scalar } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";

/** A number that depends on the step: of a step that is a number, or part of the program. */
export interface Schedule {
  (step: number): number;
  (step: Scalar<"int32"> | Scalar): Scalar;
}

// One formula serves numbers and tensors, so what is logged is what was used.
export type Value = number | AnyTensor;

type Both = (x: Value, y: Value) => Value;

const both =
  (fn: "add" | "mul" | "minimum" | "maximum", plain: (x: number, y: number) => number) =>
  (x: Value, y: Value): Value =>
    typeof x === "number" && typeof y === "number" ? plain(x, y) : apply(fn, x, y);

export const plus: Both = both("add", (x, y) => x + y);
export const times: Both = both("mul", (x, y) => x * y);
export const least: Both = both("minimum", Math.min);
export const most: Both = both("maximum", Math.max);
export const cosineOf = (x: Value): Value =>
  typeof x === "number" ? Math.cos(x) : apply("cos", x);

/** A number to a power that is fixed. */
export const power = (x: Value, exponent: number): Value =>
  typeof x === "number" ? x ** exponent : apply("pow", x, exponent);

export function formula(of: (step: Value) => Value): Schedule {
  return ((step: Value) => {
    if (!isTensor(step)) return of(numberArgument("a schedule", "step", step));
    return of(step.dtype === "float32" ? step : apply("toFloat32", step));
  }) as never;
}

/** A schedule inside of another. */
export function at(part: Schedule, step: Value): Value {
  return part(step as never);
}
