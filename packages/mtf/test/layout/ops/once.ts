import type { Loop } from "../call.ts";
import {
  type Context,
  call,
  choice,
  isFloat,
  type Known,
  NotApplicable,
  operand,
  ref,
} from "../context.ts";
import { inexact } from "../magnitude.ts";
import { bodyOf } from "./loops.ts";
import { sameDims } from "./scans.ts";
import type { Step } from "./step.ts";

// Functions of functions that run once: in a program nothing is left of them but their bodies.

/** A function of a tensor that gives a tensor like it, of up to three other steps, and what it gives. */
function drawn(
  c: Context,
  steps: readonly Step[],
  x: Known,
  bits: number = x.bits,
): { readonly fn: Loop; readonly given: Known; readonly result: Known } {
  const inner: Context = { ...c, values: [...c.values], calls: [] };
  const given: Known = { ...x, id: c.position.named++, bits };
  c.environment.set(given.id, x.tensor);
  if (c.wild.has(x.id)) c.wild.add(given.id);
  inner.values.push(given);
  bodyOf(inner, steps, [given], isFloat);
  const made = inner.values.slice(c.values.length);
  const result = choice(inner, made.filter((k) => isFloat(k) && sameDims(k, x)).reverse());
  const fn = { parameters: [given.id], body: inner.calls, outputs: [result.id], single: true };
  return { fn: fn as Loop, given, result };
}

export const recomputing =
  (steps: readonly Step[]): Step =>
  (c) => {
    const x = operand(c, isFloat);
    const { fn, result } = drawn(c, steps, x);
    return call(c, "recompute", [fn, ref(x)], result);
  };

/** Its gradient is half of what comes back, times what it was given where that is finite. */
export const ownGradient =
  (steps: readonly Step[]): Step =>
  (c) => {
    const x = operand(c, isFloat);
    const { fn, given, result } = drawn(c, steps, x);
    const cotangent = { ...result, id: c.position.named++ };
    c.environment.set(cotangent.id, result.tensor);
    const inner: Context = { ...c, values: [given, cotangent], calls: [] };
    const half = call(inner, "mul", [ref(cotangent), 0.5], cotangent);
    const bound = { max: cotangent.max * x.max, bits: inexact };
    const slope = c.wild.has(x.id) ? half : call(inner, "mul", [ref(half), ref(given)], bound);
    const parameters = [given.id, cotangent.id];
    const backward = {
      parameters,
      body: inner.calls,
      outputs: [slope.id],
      gradient: true,
    } as const;
    return call(c, "customGradient", [fn, backward, ref(x)], result);
  };

/** Two layers, which are given what rounding has changed when the gradient goes back. */
export const reversing =
  (steps: readonly Step[]): Step =>
  (c) => {
    if (c.wild.size > 0) throw new NotApplicable();
    const x1 = operand(c, isFloat);
    const x2 = operand(c, (k) => isFloat(k) && sameDims(k, x1));
    const max = x1.max + x2.max;
    const first = drawn(c, steps, { ...x2, max }, inexact);
    const second = drawn(c, steps, { ...x1, max: max + first.result.max }, inexact);
    const most = max + first.result.max + second.result.max;
    const layers = [first.fn, second.fn];
    return call(c, "reversible", [layers, ref(x1), ref(x2)], { max: most, bits: inexact });
  };
