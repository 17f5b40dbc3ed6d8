import { type AnyTensor, cond } from "mtf";
import {
  type Context,
  call,
  choice,
  dimsIn,
  hasDims,
  isExact,
  isFloat,
  type Known,
  keep,
  number,
  operand,
  ref,
} from "../context.ts";
import { bodyOf } from "./loops.ts";
import { sameDims } from "./scans.ts";
import type { Step } from "./step.ts";

/** One of two functions of a tensor that give a tensor like it, each of up to three other steps. */
export const branching =
  (steps: readonly Step[]): Step =>
  (c) => {
    const x = operand(c, isFloat);
    // Rounding is not to decide which of them runs.
    const by = operand(c, (k) => isFloat(k) && isExact(k) && hasDims(k));
    const most = call(c, "max", [ref(by)], by);
    const first = call(c, "greater", [ref(most), number(c, 7) - 2], { max: 1, bits: 0 });
    const made: Record<string, unknown>[] = [];
    const results: Known[] = [];
    const branch = (tensor: AnyTensor) => {
      const inner: Context = { ...c, values: [...c.values], calls: [] };
      const { max, bits } = x;
      const given: Known = { id: c.position.named++, tensor, dims: dimsIn(tensor), max, bits };
      c.environment.set(given.id, tensor);
      if (c.wild.has(x.id)) c.wild.add(given.id);
      inner.values.push(given);
      bodyOf(inner, steps, [given], isFloat);
      const fits = inner.values.filter((k) => isFloat(k) && sameDims(k, x)).reverse();
      const result = choice(inner, fits);
      results.push(result);
      made.push({ parameters: [given.id], body: inner.calls, outputs: [result.id], single: true });
      return result.tensor;
    };
    const result = cond(first.tensor as never, branch as never, branch as never, x.tensor);
    const max = Math.max(...results.map((k) => k.max));
    const bits = Math.max(...results.map((k) => k.bits));
    const args = [ref(first), ...made, ref(x)] as never;
    return keep(c, { fn: "cond", args }, result, [{ max, bits }]);
  };
