import { MtfError } from "../errors.ts";
import { attributedTo } from "../graph/node.ts";
import { type AnyTensor, isTensor, type Scalar } from "../graph/tensor.ts";
import { filled } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { captureLine } from "../sourceLine.ts";
import type { Schedule } from "./schedule.ts";

/** How fast to learn: a number, a number of the program's, or a function of the step. */
export type Rate = number | Scalar | Schedule;

/** Runs `make` with its nodes counted as part of the update. */
export function updating<R>(make: () => R): R {
  return attributedTo({ line: captureLine(), pass: "update" }, make);
}

/** A learning rate at a step as a scalar of the program. */
export function rateAt(rate: Rate, step: AnyTensor | undefined): AnyTensor {
  if (typeof rate === "number") return filled(rate, [], "float32");
  if (isTensor(rate)) return rate as AnyTensor;
  if (!step) throw new MtfError("bad-argument", "there is no step to take the rate at.");
  return (rate as Schedule)(step as never) as unknown as AnyTensor;
}

/** `next` where the gate is open or absent, else `now`. */
export function gated(gate: AnyTensor | undefined, next: AnyTensor, now: AnyTensor): AnyTensor {
  return gate ? apply("where", gate, next, now) : next;
}
