import type { Context, Known } from "../context.ts";

/** Applies an op to earlier tensors; throws `NotApplicable` where there are none to apply it to. */
export type Step = (c: Context) => Known;
