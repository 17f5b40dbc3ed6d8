import { type AnyTensor, whileLoop } from "mtf";
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
import { inexact } from "../magnitude.ts";
import { bodyOf } from "./loops.ts";
import { sameDims } from "./scans.ts";
import type { Step } from "./step.ts";

/** No number that is carried is further from 0. */
const bound = 4;

/**
 * A loop that carries two tensors: one goes down by 1 each round, and there are rounds until none of it
 * is above 0; the other goes through a body of up to three other steps.
 */
export const looping =
  (steps: readonly Step[]): Step =>
  (c) => {
    const x = operand(c, isFloat);
    // Rounding is not to decide how many rounds there are.
    const left = operand(c, (k) => isFloat(k) && isExact(k) && hasDims(k) && !c.wild.has(k.id));
    const atMost = 1 + number(c, 4);
    const magnitudes = [
      { max: Math.max(bound, x.max), bits: inexact },
      { max: left.max + atMost, bits: left.bits },
    ];
    const inside = (tensors: readonly AnyTensor[]) => {
      const inner: Context = { ...c, values: [...c.values], calls: [] };
      const known = tensors.map((tensor, i): Known => {
        return { id: c.position.named++, tensor, dims: dimsIn(tensor), ...magnitudes[i]! };
      });
      for (const value of known) c.environment.set(value.id, value.tensor);
      inner.values.push(...known);
      return { inner, known: known as [Known, Known], parameters: known.map(({ id }) => id) };
    };
    const made: Record<string, unknown>[] = [];
    const condition = (tensors: readonly AnyTensor[]) => {
      const { inner, known, parameters } = inside(tensors);
      const most = call(inner, "max", [ref(known[1])], magnitudes[1]!);
      const goes = call(inner, "greater", [ref(most), 0], { max: 1, bits: 0 });
      made.push({ parameters, body: inner.calls, outputs: [goes.id], state: true, single: true });
      return goes.tensor;
    };
    const body = (tensors: readonly AnyTensor[]) => {
      const { inner, known, parameters } = inside(tensors);
      const [h, down] = known;
      if (c.wild.size > 0) c.wild.add(h.id);
      bodyOf(inner, steps, known, isFloat);
      const fits = inner.values.filter((k) => isFloat(k) && sameDims(k, h)).reverse();
      const other = choice(inner, fits);
      const sum = call(inner, "add", [ref(h), ref(other)], {
        max: h.max + other.max,
        bits: inexact,
      });
      const next = call(inner, "clip", [ref(sum), -bound, bound], { max: bound, bits: inexact });
      const less = call(inner, "sub", [ref(down), 1], down);
      made.push({ parameters, body: inner.calls, outputs: [next.id, less.id], state: true });
      return [next.tensor, less.tensor];
    };
    const state = [x.tensor, left.tensor];
    const results = whileLoop(condition as never, body as never, state, { atMost });
    const args = [...made, [ref(x), ref(left)], { atMost }] as never;
    return keep(c, { fn: "whileLoop", args }, results, magnitudes);
  };
