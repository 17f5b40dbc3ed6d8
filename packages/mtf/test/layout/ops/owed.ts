import { type Dimension, dimension } from "mtf";
import {
  type Context,
  call,
  choice,
  freeName,
  hasDims,
  isExact,
  isFloat,
  isInt,
  isNumeric,
  type Known,
  NotApplicable,
  number,
  operand,
  ref,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

// Steps of several calls in which sums are owed where a dim is cut, and something linear follows
// that nothing else stands in the way of. Alone, calls rarely meet so.

/** The sum over a dim: owed where it is cut. */
function summed(c: Context, x: Known, over: string): Known {
  const { size } = x.dims.find((d) => d.name === over)!;
  return call(c, "sum", [ref(x), over], { max: size * x.max, bits: x.bits });
}

/** Two sums of the same dims, owed over the same axes; of floats or integers. */
function pair(c: Context): readonly [Known, Known] {
  const x = operand(c, (k) => isNumeric(k) && k.dims.length > 1);
  const over = choice(c, x.dims).name;
  return [summed(c, x, over), summed(c, call(c, "neg", [ref(x)], x), over)];
}

const difference: Step = (c) => {
  const [x, y] = pair(c);
  return call(c, "sub", [ref(x), ref(y)], { max: x.max + y.max, bits: x.bits });
};

// Not linear in both: one sum at least is settled first. Gradients would read the factors again,
// and what is read twice is settled anyway.
const product: Step = (c) => {
  const [x, y] = pair(c).map((k) => call(c, "stopGradient", [ref(k)], k)) as [Known, Known];
  const magnitude = { max: count(x.dims) * x.max * y.max, bits: x.bits + y.bits };
  return call(c, "einsum", [ref(x), ref(y)], magnitude);
};

const joined: Step = (c) => {
  const [x, y] = pair(c);
  return call(c, "concat", [[ref(x), ref(y)], choice(c, x.dims).name], x);
};

const updated: Step = (c) => {
  const [x, y] = pair(c);
  const dim = choice(c, x.dims);
  const value = call(c, "slice", [ref(y), dim.name, number(c, dim.size)], y);
  const at = call(c, "constant", [1, [], "int32"], { max: 1, bits: 0 });
  return call(c, "dynamicUpdate", [ref(x), ref(value), dim.name, ref(at)], x);
};

// As the gradient of a tied table: what comes of its rows is added to what comes of all of it.
const tied: Step = (c) => {
  const [x, y] = pair(c);
  const [dim] = x.dims as [Dimension];
  const table = dimension(freeName(c, x), dim.size);
  const data = Array.from({ length: dim.size }, (_, i) => ((i * 3 + 2) % (dim.size + 2)) - 1);
  const ids = call(c, "constant", [data, [dim], "int32"], { max: dim.size, bits: 0 });
  const whole = call(c, "rename", [ref(x), dim.name, table.name], x);
  const added = { max: dim.size * y.max, bits: y.bits };
  const rows = call(c, "scatterAdd", [ref(y), ref(ids), table], added);
  return call(c, "add", [ref(whole), ref(rows)], { max: x.max + added.max, bits: y.bits });
};

const chosen: Step = (c) => {
  const [x, y] = pair(c);
  const condition = call(c, "fill", [x.dims, number(c, 2), "bool"], { max: 1, bits: 0 });
  return call(c, "where", [ref(condition), ref(x), ref(y)], x);
};

const one: (then: (c: Context, x: Known, dim: string) => Known) => Step = (then) => (c) => {
  const [x] = pair(c);
  return then(c, x, choice(c, x.dims).name);
};

const cut = one((c, x, dim) => {
  const { size } = x.dims.find((d) => d.name === dim)!;
  return call(c, "slice", [ref(x), dim, number(c, size)], x);
});

const padded = one((c, x, dim) =>
  call(c, "pad", [ref(x), dim, 1, 0, number(c, 2)], { ...x, max: x.max + 1 }),
);

// No larger in the end than before: a sum is not passed on where it would grow.
const paddedSum = (value: number): Step =>
  one((c, x, dim) => {
    const larger = { ...x, max: x.max + 1 };
    return summed(c, call(c, "pad", [ref(x), dim, 1, 1, value], larger), dim);
  });

const windowed = one((c, x, dim) => {
  const [tap, value] = [dimension(freeName(c, x), 2), number(c, 2)];
  const larger = { ...x, max: x.max + 1 };
  return summed(c, call(c, "window", [ref(x), dim, tap, { before: 1, value }], larger), tap.name);
});

const overlapped = one((c, x, dim) => {
  const { size } = x.dims.find((d) => d.name === dim)!;
  const tap = freeName(c, x);
  const parts = call(c, "split", [ref(x), dim, [dimension(dim, size), dimension(tap, 1)]], x);
  return call(c, "overlapAdd", [ref(parts), dim, tap, size, { before: 1 }], x);
});

const renamed = one((c, x, dim) => call(c, "rename", [ref(x), dim, freeName(c, x)], x));

const factored = one((c, x, dim) => {
  const { size } = x.dims.find((d) => d.name === dim)!;
  const to = [dimension(dim, size), dimension(freeName(c, x), 1)];
  return call(c, "split", [ref(x), dim, to], x);
});

// Larger at first, and smaller in the end: worth passing a sum on.
const spread = one((c, x, dim) => {
  const name = freeName(c, x);
  const wide = call(c, "broadcast", [ref(x), { name, size: 3 }], x);
  return summed(c, summed(c, wide, dim), name);
});

/** The largest or smallest along one of several dims, of which others may be cut. */
const extreme =
  (fn: "max" | "min"): Step =>
  (c) => {
    const x = operand(c, (k) => isNumeric(k) && isExact(k) && k.dims.length > 1);
    return call(c, fn, [ref(x), choice(c, x.dims).name], x);
  };

const running = one((c, x, dim) => {
  const { size } = x.dims.find((d) => d.name === dim)!;
  return call(c, "cumsum", [ref(x), dim], { max: size * x.max, bits: x.bits });
});

const divided = one((c, x) =>
  call(c, "div", [ref(x), 4], { max: x.max, bits: isFloat(x) ? x.bits + 2 : 0 }),
);

/** A sum of integers: what is exact of floats is cast to them before. */
const ofIntegers: (then: (c: Context, x: Known) => Known) => Step = (then) => (c) => {
  const given = operand(c, (k) => isExact(k) && k.dims.length > 1);
  const x = isInt(given)
    ? given
    : call(c, "cast", [ref(given), "int32"], { max: given.max, bits: 0 });
  return then(c, summed(c, x, choice(c, x.dims).name));
};

const halved = ofIntegers((c, x) => {
  const by = choice(c, [2, -3]);
  return call(c, "div", [ref(x), by], { max: x.max, bits: 0 });
});

const remainder = ofIntegers((c, x) => call(c, "mod", [ref(x), 3], { max: 3, bits: 0 }));

const cast = one((c, x) => {
  if (!isExact(x)) throw new NotApplicable();
  const to = choice(c, [isFloat(x) ? "int32" : "float32", "bool"] as const);
  return call(c, "cast", [ref(x), to], { max: to === "bool" ? 1 : x.max, bits: 0 });
});

/**
 * A function of x, then a product over a dim that only the other factor has. What comes back is
 * owed where that dim is cut.
 */
const before =
  (f: (c: Context, x: Known, over: string) => readonly Known[]): Step =>
  (c) => {
    const x = operand(c, (k) => isFloat(k) && hasDims(k));
    const over = choice(c, x.dims);
    const results = f(c, x, over.name);
    const kept = results[0]!.dims;
    const added = [{ name: freeName(c, x), size: 4 }];
    const other = c.wild.has(x.id)
      ? call(c, "constant", [[1, -2, 0, 0.5], added], { max: 2, bits: 1 })
      : call(c, "normal", [ref(keyOf(c)), added], { max: 8, bits: inexact });
    const names = [...kept, ...added].map((d) => d.name);
    const products = results.map((y) =>
      call(c, "einsum", [ref(y), ref(other), ...names], { max: y.max * other.max, bits: inexact }),
    );
    return products[0]!;
  };

function keyOf(c: Context): Known {
  const made = call(c, "key", [1], { max: 0, bits: 0 });
  c.values.pop();
  return made;
}

const smooth = (fn: "softmax" | "logSoftmax" | "gelu") =>
  before((c, x, over) => {
    const args = fn === "gelu" ? [ref(x)] : [ref(x), over];
    return [call(c, fn, args, { max: 2 * x.max + 2, bits: inexact })];
  });

const crossEntropy = before((c, x, over) => {
  const rest = x.dims.filter((d) => d.name !== over);
  const data = Array.from({ length: count(rest) }, (_, i) => ((i * 3 + 2) % 5) - 1);
  const labels = call(c, "constant", [data, rest, "int32"], { max: 4, bits: 0 });
  const magnitude = { max: 2 * x.max + 2, bits: inexact };
  const args = [ref(x), ref(labels), over];
  const loss = call(c, "crossEntropyWithLogsumexp", args, magnitude);
  const logsumexp = c.values.at(-1);
  if (!logsumexp) throw new NotApplicable();
  return [loss, logsumexp];
});

export const owedSteps: Readonly<Record<string, Step>> = {
  difference,
  product,
  joined,
  updated,
  tied,
  chosen,
  cut,
  padded,
  windowed,
  overlapped,
  paddedSum: paddedSum(0),
  // Not linear: the padding would be added once for every term.
  paddedByOnes: paddedSum(1),
  renamed,
  factored,
  spread,
  running,
  divided,
  halved,
  remainder,
  cast,
  largest: extreme("max"),
  smallest: extreme("min"),
  fewest: extreme("min"),
  softmax: smooth("softmax"),
  logSoftmax: smooth("logSoftmax"),
  gelu: smooth("gelu"),
  crossEntropy,
};
