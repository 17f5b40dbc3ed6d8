import { numberArgument, optionsArgument } from "../../arguments.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import type { Key } from "../../ops/random/key.ts";
import { fold } from "../../ops/random/key.ts";
import { drawn } from "../../ops/random/random.ts";
import { dropout } from "../dropout.ts";
import { keyOf } from "./keyOf.ts";

/**
 * What training does to what the router sees, so that it tries other experts: each number times one
 * between 1 - `jitter` and 1 + `jitter`, or a part of the numbers dropped.
 */
export type Noise = { readonly jitter: number } | { readonly dropout: number };

export function noiseArgument(op: string, noise: unknown): Noise {
  optionsArgument(op, "options.noise", noise, ["jitter", "dropout"]);
  const { jitter, dropout } = noise as { readonly jitter?: unknown; readonly dropout?: unknown };
  if (dropout === undefined) numberArgument(op, "options.noise.jitter", jitter, { min: 0 });
  else numberArgument(op, "options.noise.dropout", dropout, { min: 0, max: 1 });
  return noise as Noise;
}

export function noisy(
  op: string,
  x: AnyTensor,
  noise: Noise,
  given: { readonly key?: Key | undefined },
): AnyTensor {
  const key = fold(keyOf(op, given), "noise");
  if ("dropout" in noise) return dropout(key, x as Tensor<string>, noise.dropout);
  const uniform = drawn("uniform", key, dimsOf(x));
  const factor = apply("add", apply("mul", uniform, 2 * noise.jitter), 1 - noise.jitter);
  return apply("mul", x, factor);
}
