import { numberArgument } from "../arguments.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, tensorArgument } from "../ops/check.ts";
import { div, identity, maximum, sqrt, square } from "../ops/elementwise/functions.ts";
import { mean } from "../ops/reduce/reduce.ts";
import { customGradient } from "../ops/region/customGradient.ts";

/**
 * The tensor itself, whose gradient is scaled down where its root mean square is above a limit.
 *
 * @param limit above 0
 * @throws MtfError `bad-argument`, `dtype-mismatch`
 * @example
 * clipActivationGradient(x, 1);
 */
export function clipActivationGradient<A extends string>(x: Tensor<A>, limit: number): Tensor<A> {
  const op = "clipActivationGradient";
  const tensor = tensorArgument(op, "x", x, ["float32"]);
  if (!(numberArgument(op, "limit", limit) > 0)) {
    throw misuse("bad-argument", `${op}: the limit ${limit} is not above 0.`, { tensor });
  }
  const clipped = customGradient(
    (value: Tensor<A>) => identity(value),
    ({ cotangent }) => {
      const size = sqrt(mean(square(cotangent)) as Tensor<never>);
      return [div(cotangent, maximum(div(size, limit), 1) as never) as never];
    },
  );
  return clipped(x);
}
