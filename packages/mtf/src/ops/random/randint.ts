import { numberArgument, optionsArgument } from "../../arguments.ts";
import type { Dimensions } from "../../dimension.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { misuse, newDims } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import { type Key, keyArgument } from "./key.ts";
import { drawn } from "./random.ts";

const least = -(2 ** 31);
const most = 2 ** 31;

/**
 * Whole numbers from `min`, by default 0, up to, but not including, `max`; otherwise as `normal`. Of
 * n numbers one is as likely as another but for n in 2^32.
 *
 * @throws MtfError `duplicate-dim`, `bad-argument` unless `min` and `max` are int32, and from 1 to
 * 2^31 - 1 apart
 * @example
 * randint(k, [batch], { max: 6 }); // int32 [batch], of 0 to 5
 */
export function randint<const N extends readonly string[] = []>(
  key: Key,
  dims: Dimensions<N>,
  options: { readonly min?: number | undefined; readonly max: number },
): Tensor<N[number], "int32"> {
  optionsArgument("randint", "options", options, ["min", "max"]);
  const { min = 0, max } = options;
  numberArgument("randint", "options.min", min);
  numberArgument("randint", "options.max", max);
  const whole = Number.isInteger(min) && Number.isInteger(max) && min >= least && max <= most;
  if (!whole || max <= min) {
    const sentence = `randint: there is no int32 from ${min} up to, but not including, ${max}.`;
    throw misuse("bad-argument", sentence, {}, [], { min, max });
  }
  if (max - min >= most) {
    const sentence = `randint: ${max - min} numbers are more than it can draw from, 2^31 - 1.`;
    throw misuse("bad-argument", sentence, {}, [], { min, max });
  }
  const bits = drawn("bits", keyArgument("randint", key), newDims("randint", "dims", dims));
  const number = apply("mod", bits, max - min);
  return (min === 0 ? number : apply("add", number, min)) as never;
}
