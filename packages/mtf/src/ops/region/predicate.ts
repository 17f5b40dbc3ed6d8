import { type AnyTensor, isTensor } from "../../graph/tensor.ts";
import { misuse, notATensor, requireDtype } from "../check.ts";

/**
 * What decides on all devices alike: a bool scalar.
 *
 * @throws MtfError `not-a-tensor`, `dtype-mismatch`, `not-a-scalar`
 */
export function predicateArgument(op: string, argument: string, x: unknown): AnyTensor {
  if (!isTensor(x)) throw notATensor(op, argument, x, "a bool scalar");
  requireDtype(op, x, ["bool"], argument, ["notEqual(x, 0)"]);
  if (x.names.length === 0) return x;
  const over = x.names.map((name) => `"${name}"`).join(", ");
  throw misuse("not-a-scalar", `${op}: '${argument}' is not a scalar.`, { [argument]: x }, [
    `any(x, ${over})`,
    `all(x, ${over})`,
  ]);
}
