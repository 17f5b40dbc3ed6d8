import type { Select, Without } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import { type Key, keyArgument } from "./key.ts";
import { drawn } from "./random.ts";

/**
 * A position along a dim for each row, drawn with the probabilities that softmax gives the logits:
 * that of the largest sum of a logit and noise of Gumbel's distribution. The noise is a function of
 * the key and an element's index, the dims in the logits' order: the same on every layout. A logit of
 * -Infinity is drawn only where all are.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * categorical(fold(k, "next"), logits, "vocab"); // [batch, vocab] -> int32 [batch]
 */
export function categorical<A extends string, S extends A>(
  key: Key,
  logits: Tensor<A>,
  over: Select<S>,
): Tensor<Without<A, S>, "int32"> {
  const from = keyArgument("categorical", key);
  const tensor = tensorArgument("categorical", "logits", logits, ["float32"]);
  const { name } = namedDim("categorical", "over", tensor, over);
  const noise = drawn("gumbel", from, dimsOf(tensor));
  const dims = dimsOf(tensor).filter((d) => d.name !== name);
  const noisy = apply("add", tensor, noise);
  return makeTensor("argmax", { over: name }, [noisy], { dims, dtype: "int32" }) as never;
}
