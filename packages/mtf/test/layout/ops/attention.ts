import {
  type Context,
  call,
  choice,
  freeName,
  isFloat,
  type Known,
  number,
  operand,
  ref,
  sizesAgree,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

const hasDim = (x: Known, name: string) => x.dims.some((d) => d.name === name);

/** Attention of a tensor's rows to those of one with the same dims, of which it may lack some. */
const flashAttention: Step = (c) => {
  const x = operand(c, (k) => isFloat(k) && k.dims.length > 1);
  const along = choice(c, x.dims);
  const within = choice(
    c,
    x.dims.filter((d) => d !== along),
  );
  const alike = (k: Known) =>
    isFloat(k) &&
    sizesAgree(k, x) &&
    k.dims.length === x.dims.length &&
    k.dims.every((d) => hasDim(x, d.name));
  const over = freeName(c, x);
  const [keys, values] = keysOf(
    c,
    [operand(c, alike), operand(c, alike)],
    along.name,
    over,
    within.name,
  );
  const products = within.size * x.max * keys.max;
  const options = {
    ...{ along: along.name, over, within: within.name, causal: number(c, 2) === 1 },
    // So that no weight is 0 but for rounding.
    scale: 2 ** -Math.max(0, Math.ceil(Math.log2(products / 8))),
    ...(number(c, 3) === 0 && { segment: ref(segmentOf(c, along)) }),
    ...(number(c, 3) === 0 && { dropout: { key: ref(keyOf(c)), rate: 0.25 } }),
  };
  const magnitude = { max: 4 * values.max, bits: inexact };
  return call(c, "flashAttention", [ref(x), ref(keys), ref(values), options], magnitude);
};

/** Tensors with their positions under another name, without one of the other dims in a third of all cases. */
function keysOf(
  c: Context,
  from: readonly [Known, Known],
  along: string,
  over: string,
  within: string,
): readonly [Known, Known] {
  const others = from[0].dims
    .map((d) => d.name)
    .filter((name) => name !== along && name !== within);
  const lost = others.length > 0 && number(c, 3) === 0 ? choice(c, others) : undefined;
  const [keys, values] = from.map((x) => {
    const given = call(c, "rename", [ref(x), along, over], x);
    if (lost === undefined) return given;
    const size = count(given.dims.filter((d) => d.name === lost));
    return call(c, "sum", [ref(given), lost], { max: size * x.max, bits: x.bits });
  });
  return [keys!, values!];
}

/** Two documents. */
function segmentOf(c: Context, along: Known["dims"][number]): Known {
  const data = Array.from({ length: along.size }, (_, i) => (2 * i < along.size ? 0 : 1));
  return call(c, "constant", [data, [along], "int32"], { max: 1, bits: 0 });
}

function keyOf(c: Context): Known {
  const made = call(c, "key", [1], { max: 0, bits: 0 });
  c.values.pop();
  return made;
}

export const attentionSteps: Readonly<Record<string, Step>> = { flashAttention };
