import { type AnyTensor, accumulate, mapOver } from "mtf";
import type { Call } from "../call.ts";
import {
  type Context,
  choice,
  dimsIn,
  hasDims,
  isNumeric,
  type Known,
  keep,
  NotApplicable,
  number,
  operand,
  ref,
} from "../context.ts";
import { largest, type Magnitude } from "../magnitude.ts";
import type { Step } from "./step.ts";

/** A loop over a dim of one or two tensors, with a body of up to three other steps. */
export const loop =
  (fn: "accumulate" | "mapOver", steps: readonly Step[]): Step =>
  (c) => {
    const x = operand(c, hasDims);
    const dim = choice(c, x.dims);
    const has = (k: Known) => k.dims.some((d) => d.name === dim.name && d.size === dim.size);
    const sliced = number(c, 2) === 0 ? [x] : [x, operand(c, has)];
    const inner: Context = { ...c, values: [...c.values], calls: [] };
    let parameters: readonly number[] = [];
    let outputs: readonly Known[] = [];
    const body = (...slices: readonly AnyTensor[]): readonly AnyTensor[] => {
      const known = slices.map((tensor, i): Known => {
        const { max, bits } = sliced[i]!;
        return { id: c.position.named++, tensor, dims: dimsIn(tensor), max, bits };
      });
      known.forEach(({ id, tensor }, i) => {
        c.environment.set(id, tensor);
        if (c.wild.has(sliced[i]!.id)) c.wild.add(id);
      });
      parameters = known.map((value) => value.id);
      inner.values.push(...known);
      outputs = bodyOf(inner, steps, known, (k) =>
        fn === "accumulate" ? isNumeric(k) : !k.dims.some((d) => d.name === dim.name),
      );
      return outputs.map((value) => value.tensor);
    };
    const run = fn === "accumulate" ? accumulate : mapOver;
    const results = run(dim, body as never, ...sliced.map((value) => value.tensor));
    const args = [
      dim,
      { parameters, body: inner.calls as readonly Call[], outputs: outputs.map((o) => o.id) },
      ...sliced.map(ref),
    ];
    const times = fn === "accumulate" ? dim.size : 1;
    const magnitudes = outputs.map(({ max, bits }): Magnitude => ({ max: times * max, bits }));
    if (magnitudes.some(({ max }) => max > largest)) throw new NotApplicable();
    return keep(c, { fn, args }, results, magnitudes);
  };

export function bodyOf(
  inner: Context,
  steps: readonly Step[],
  slices: readonly Known[],
  fits: (x: Known) => boolean,
): readonly Known[] {
  const before = inner.values.length;
  for (let i = number(inner, 4); i > 0; i--) {
    const [values, calls] = [inner.values.length, inner.calls.length];
    try {
      choice(inner, steps)(inner);
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
      inner.values.length = values;
      inner.calls.length = calls;
    }
  }
  const made = inner.values.slice(before).reverse();
  const all = [...made, ...slices].filter(fits);
  const first = choice(inner, all);
  return number(inner, 3) === 0 ? [first, choice(inner, all)] : [first];
}
