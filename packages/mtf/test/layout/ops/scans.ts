import { type AnyTensor, scan } from "mtf";
import type { Call } from "../call.ts";
import {
  type Context,
  call,
  choice,
  dimsIn,
  hasDims,
  isFloat,
  type Known,
  keep,
  operand,
  ref,
} from "../context.ts";
import { inexact } from "../magnitude.ts";
import { bodyOf } from "./loops.ts";
import type { Step } from "./step.ts";

/** No number that is carried is further from 0. */
const bound = 4;

/**
 * A scan along a dim of a tensor, carrying a tensor with its other dims, with a body of up to three
 * other steps.
 */
export const scanning =
  (steps: readonly Step[]): Step =>
  (c) => {
    const x = operand(c, (k) => isFloat(k) && hasDims(k));
    const dim = choice(c, x.dims);
    const initial = call(
      c,
      "mul",
      [ref(call(c, "sum", [ref(x), dim.name], summed(x, dim.size))), 0.25],
      {
        max: (dim.size * x.max) / 4,
        bits: inexact,
      },
    );
    const inner: Context = { ...c, values: [...c.values], calls: [] };
    let parameters: readonly number[] = [];
    let outputs: readonly Known[] = [];
    const body = (...given: readonly AnyTensor[]): readonly [AnyTensor, AnyTensor] => {
      const magnitudes = [{ max: Math.max(bound, initial.max), bits: inexact }, x];
      const known = given.slice(0, 2).map((tensor, i): Known => {
        const { max, bits } = magnitudes[i]!;
        return { id: c.position.named++, tensor, dims: dimsIn(tensor), max, bits };
      });
      for (const { id, tensor } of known) {
        c.environment.set(id, tensor);
        // What is carried may be anything after a round.
        if (c.wild.size > 0) c.wild.add(id);
      }
      parameters = known.map((value) => value.id);
      inner.values.push(...known);
      const [carry, slice] = known as [Known, Known];
      const drawn = bodyOf(inner, steps, known, (k) => !k.dims.some((d) => d.name === dim.name));
      const fits = [...inner.values].reverse().filter((k) => isFloat(k) && sameDims(k, carry));
      const other = choice(inner, fits.length > 0 ? fits : [slice]);
      const sum = call(inner, "add", [ref(carry), ref(other)], {
        max: magnitudes[0]!.max + other.max,
        bits: inexact,
      });
      const next = call(inner, "clip", [ref(sum), -bound, bound], { max: bound, bits: inexact });
      outputs = [next, drawn[0]!];
      return [next.tensor, drawn[0]!.tensor];
    };
    const results = scan(dim, body as never, initial.tensor, x.tensor);
    const args = [
      dim,
      { parameters, body: inner.calls as readonly Call[], outputs: outputs.map((o) => o.id) },
      ref(initial),
      ref(x),
    ];
    return keep(c, { fn: "scan", args }, results, outputs);
  };

const summed = (x: Known, size: number) => ({ max: size * x.max, bits: x.bits });

export function sameDims(x: Known, y: Known): boolean {
  const sizes = (k: Known) => k.dims.map((d) => `${d.name}=${d.size}`).sort();
  return sizes(x).join() === sizes(y).join();
}
