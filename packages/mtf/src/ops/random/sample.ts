import { numberArgument } from "../../arguments.ts";
import type { Select, Without } from "../../dimension.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { argmax } from "../argmax/argmax.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import { categorical } from "./categorical.ts";
import { type Key, keyArgument } from "./key.ts";

/**
 * A position along a dim for each row, drawn with the probabilities that softmax gives the logits over a
 * temperature: below 1 the likeliest become more likely, and at 0 the largest logit is taken.
 *
 * @param temperature 0 or more; default 1
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument`
 * @example
 * sampleWithTemperature(fold(k, "next"), logits, "vocab", 0.8); // [batch, vocab] -> int32 [batch]
 */
export function sampleWithTemperature<A extends string, S extends A>(
  key: Key,
  logits: Tensor<A>,
  over: Select<S>,
  temperature: number = 1,
): Tensor<Without<A, S>, "int32"> {
  const op = "sampleWithTemperature";
  keyArgument(op, key);
  const tensor = tensorArgument(op, "logits", logits, ["float32"]);
  namedDim(op, "over", tensor, over);
  numberArgument(op, "temperature", temperature);
  if (!(temperature >= 0 && temperature < Infinity)) {
    const sentence = `${op}: the temperature ${temperature} is not a number from 0 on.`;
    throw misuse("bad-argument", sentence, { tensor });
  }
  if (temperature === 0) return argmax(logits, over) as never;
  const scaled = temperature === 1 ? tensor : apply("mul", tensor, 1 / temperature);
  return categorical(key, scaled as never as Tensor<A>, over);
}
