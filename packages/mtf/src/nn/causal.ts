import { numberArgument } from "../arguments.ts";
import type { Dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcast } from "../ops/broadcast/broadcast.ts";
import { misuse } from "../ops/check.ts";
import { and, greaterEqual, lessEqual, sub } from "../ops/elementwise/functions.ts";
import { iota } from "../ops/iota/iota.ts";

/**
 * Which positions a position may attend to: itself and those before it; with a window, itself and the
 * `window - 1` before it.
 *
 * @param length positions that attend
 * @param memory positions that are attended to
 * @throws MtfError `bad-argument` for a window of no positions
 * @example
 * attention(query, keys, values, { over: "memory", within: "kv", visible: causal(length, memory) });
 */
export function causal<L extends string, M extends string>(
  length: Dimension<L>,
  memory: Dimension<M>,
  window?: number,
): Tensor<L | M, "bool"> {
  const query = broadcast(iota(length), memory as never);
  const distance = sub(query as never, iota(memory) as never) as unknown as Tensor<L | M, "int32">;
  const past = greaterEqual(distance, 0);
  if (window === undefined) return past as never;
  if (!(numberArgument("causal", "window", window) >= 1)) {
    throw misuse("bad-argument", `causal: a window of ${window} positions shows nothing.`, {});
  }
  return and(past, lessEqual(distance, window - 1)) as never;
}
