import { numberArgument } from "../arguments.ts";
import { dimsOf, type Tensor } from "../graph/tensor.ts";
import { misuse, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { type Key, keyArgument } from "../ops/random/key.ts";
import { drawn } from "../ops/random/random.ts";

/**
 * 0 in place of each element with probability `rate`, and the others scaled up to make good for it.
 * Which elements is a function of the key and their index, the same on every layout.
 *
 * @throws MtfError `bad-argument` unless 0 <= rate < 1
 * @example
 * dropout(fold(k, "h3/mlp"), x, 0.1);
 */
export function dropout<A extends string>(key: Key, x: Tensor<A>, rate: number): Tensor<A> {
  const from = keyArgument("dropout", key);
  const tensor = tensorArgument("dropout", "x", x, ["float32"]);
  numberArgument("dropout", "rate", rate);
  if (!(rate >= 0 && rate < 1)) {
    throw misuse("bad-argument", `dropout: the rate ${rate} is not between 0 and 1.`, { tensor });
  }
  if (rate === 0) return x;
  const kept = apply("greaterEqual", drawn("uniform", from, dimsOf(tensor)), rate);
  return apply("where", kept, apply("mul", tensor, 1 / (1 - rate)), 0) as never;
}
