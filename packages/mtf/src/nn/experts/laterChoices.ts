import { numberArgument, optionsArgument, wrongArgument } from "../../arguments.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { filled } from "../../ops/constant/constant.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { fold } from "../../ops/random/key.ts";
import { drawn } from "../../ops/random/random.ts";
import type { Gating } from "./gating.ts";
import { keyOf } from "./keyOf.ts";

/**
 * Which of a token's choices behind the first are used: all, none, those whose gate is above a
 * threshold, or each with a probability of its gate over that number.
 */
export type LaterChoices = "all" | "none" | { readonly above: number } | { readonly odds: number };

/** @throws MtfError `bad-argument`, `unknown-option` */
export function laterArgument(op: string, later: unknown): LaterChoices {
  if (later === "all" || later === "none") return later;
  if (typeof later !== "object") {
    const takes = `"all", "none", { above: … } or { odds: … }`;
    throw wrongArgument(op, "options.later", takes, later);
  }
  optionsArgument(op, "options.later", later, ["above", "odds"]);
  const { above, odds } = later as { readonly above?: unknown; readonly odds?: unknown };
  if (odds === undefined) numberArgument(op, "options.later.above", above);
  else numberArgument(op, "options.later.odds", odds, { min: 0 });
  return later as LaterChoices;
}

/** Whether a later choice is used; it always is where this is undefined. */
export function used(
  op: string,
  later: LaterChoices,
  gate: AnyTensor,
  gating: Gating,
  rank: number,
): AnyTensor | undefined {
  if (later === "all") return undefined;
  if (later === "none") return filled(0, dimsOf(gate), "bool");
  if ("above" in later) return apply("greater", gate, later.above);
  const key = fold(keyOf(op, gating), `choice ${rank}`);
  const luck = drawn("uniform", key, dimsOf(gate));
  return apply("less", luck, apply("mul", gate, 1 / Math.max(later.odds, 1e-9)));
}
