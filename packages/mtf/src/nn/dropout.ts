import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import { type AnyTensor, dimsOf, isTensor, type Scalar, type Tensor } from "../graph/tensor.ts";
import { misuse, selectDims, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { type Key, keyArgument } from "../ops/random/key.ts";
import { drawn } from "../ops/random/random.ts";

/** How dropout draws. */
export interface DropoutOptions<S extends string = string> {
  /** Dims along which elements are dropped together: one draw is made for all of them. */
  readonly broadcast?: Select<S> | readonly Select<S>[] | undefined;
}

/**
 * 0 in place of each element with probability `rate`, and the others scaled up to make good for it.
 * Which elements is a function of the key and their index, the same on every layout.
 *
 * @param rate a number, or a scalar that the program computes, such as one that falls from step to step
 * @throws MtfError `bad-argument` unless 0 <= rate < 1, or for a rate with dims; `dtype-mismatch`,
 * `missing-dim`, `size-mismatch`, `duplicate-dim`, `unknown-option`
 * @example
 * dropout(fold(k, "h3/mlp"), x, 0.1);
 * dropout(fold(k, "h3/attn"), x, 0.1, { broadcast: "length" }); // whole features of a sample
 */
export function dropout<A extends string, S extends A = never>(
  key: Key,
  x: Tensor<A>,
  rate: number | Scalar,
  options: DropoutOptions<S> = {},
): Tensor<A> {
  const from = keyArgument("dropout", key);
  const tensor = tensorArgument("dropout", "x", x, ["float32"]);
  optionsArgument("dropout", "options", options, ["broadcast"]);
  const together = [options.broadcast ?? []].flat();
  const alike = selectDims("dropout", "options.broadcast", tensor, together);
  const dims = dimsOf(tensor).filter((d) => !alike.includes(d));
  const part = isTensor(rate) ? scalarRate(rate) : numberRate(rate as number, tensor);
  if (part === 0) return x;
  const kept = apply("greaterEqual", drawn("uniform", from, dims), part);
  const made = isTensor(part)
    ? apply("div", tensor, apply("sub", 1, part))
    : apply("mul", tensor, 1 / (1 - part));
  return apply("where", kept, made, 0) as never;
}

function numberRate(rate: number, tensor: AnyTensor): number {
  numberArgument("dropout", "rate", rate);
  if (rate >= 0 && rate < 1) return rate;
  throw misuse("bad-argument", `dropout: the rate ${rate} is not between 0 and 1.`, { tensor });
}

function scalarRate(rate: AnyTensor): AnyTensor {
  const given = tensorArgument("dropout", "rate", rate, ["float32"]);
  if (given.names.length === 0) return given;
  const sentence = `dropout: 'rate' is one number, and has [${given.names.join(", ")}].`;
  throw misuse("bad-argument", sentence, { rate: given }, [], { argument: "rate" });
}
