import { type Argument, refsIn } from "./call.ts";
import type { Context } from "./context.ts";
import type { Name } from "./library.ts";

/** Functions that multiply their operands, or divide by them. */
const products: readonly Name[] = ["mul", "einsum", "contract", "outer", "div", "pow"];

/** Functions that multiply what they have multiplied before. */
const attentions: readonly Name[] = ["flashAttention", "pagedAttention", "maskedAttention"];

/**
 * Whether a call might make a difference of infinity and NaN of a difference in rounding: an inexact
 * number near 0 times an infinity is an infinity or NaN, whichever way it was rounded.
 */
export function dependsOnRounding(c: Context, fn: Name, args: readonly Argument[]): boolean {
  if (fn === "layerNorm") return refsIn(args[1]).some((id) => c.wild.has(id));
  if (attentions.includes(fn)) return refsIn(args).some((id) => c.wild.has(id));
  if (!products.includes(fn)) return false;
  const factors = refsIn(args).map((id) => c.values.find((x) => x.id === id)!);
  return factors.some(
    (x, i) => c.wild.has(x.id) && factors.some((y, j) => i !== j && !Number.isFinite(y.bits)),
  );
}
