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
  number,
  operand,
  ref,
  sizesAgree,
  some,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

/** Ids that fit what they index, -1 and one too many among them; new ones where there are none. */
function idsFor(c: Context, fits: (x: Known) => boolean, dims: readonly Dimension[], size: number) {
  if (c.values.some((x) => isInt(x) && fits(x))) return operand(c, (x) => isInt(x) && fits(x));
  const own = some(c, dims);
  const data = Array.from({ length: count(own) }, (_, i) => ((i * 5 + 2) % (size + 2)) - 1);
  return call(c, "constant", [data, own, "int32"], { max: size + 1, bits: 0 });
}

const oneHot: Step = (c) => {
  const ids = idsFor(c, () => true, operand(c).dims, 3);
  const dim = dimension(freeName(c, ids), 1 + number(c, 6));
  const dtype = choice(c, ["float32", "int32", "bool"] as const);
  return call(c, "oneHot", [ref(ids), dim, dtype], { max: 1, bits: 0 });
};

const gather: Step = (c) => {
  const table = operand(c, (x) => isNumeric(x) && hasDims(x));
  const dim = choice(c, table.dims);
  const others = [...table.dims.filter((d) => d !== dim), dimension(freeName(c, table), 3)];
  const fits = (x: Known) => sizesAgree(x, table) && x.dims.every((d) => d.name !== dim.name);
  const ids = idsFor(c, fits, others, dim.size);
  return call(c, "gather", [ref(table), ref(ids), dim.name], table);
};

const scatterAdd: Step = (c) => {
  const rows = operand(c, isNumeric);
  const has = (name: string) => rows.dims.some((d) => d.name === name);
  const fits = (x: Known) => sizesAgree(x, rows) && x.dims.every((d) => has(d.name));
  const ids = idsFor(c, fits, rows.dims, 4);
  const dim = dimension(freeName(c, rows), 1 + number(c, 6));
  const magnitude = { max: count(ids.dims) * rows.max, bits: rows.bits };
  return call(c, "scatterAdd", [ref(rows), ref(ids), dim], magnitude);
};

/** A position for each row of some, out of range here and there. */
function positions(c: Context, x: Known, dim: Dimension): Known {
  const rest = x.dims.filter((d) => d.name !== dim.name);
  const fits = (k: Known) =>
    sizesAgree(k, x) && k.dims.every((d) => rest.some((e) => e.name === d.name));
  return idsFor(c, fits, rest, dim.size);
}

const dynamicSlice: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const dim = choice(c, x.dims);
  const at = positions(c, x, dim);
  return call(c, "dynamicSlice", [ref(x), dim.name, ref(at), 1 + number(c, dim.size)], x);
};

const dynamicShift: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const dim = choice(c, x.dims);
  const by = positions(c, x, dim);
  return call(c, "dynamicShift", [ref(x), dim.name, ref(by), { wrap: number(c, 2) === 0 }], x);
};

const larger = (x: Known, y: Known) => ({
  max: Math.max(x.max, y.max),
  bits: Math.max(x.bits, y.bits),
});

const dynamicUpdate: Step = (c) => {
  const x = operand(c, hasDims);
  const dim = choice(c, x.dims);
  const at = positions(c, x, dim);
  const size = 1 + number(c, dim.size);
  const fits = (k: Known) =>
    k.tensor.dtype === x.tensor.dtype &&
    k.dims.length === x.dims.length &&
    k.dims.every((d) =>
      x.dims.some(
        (e) => e.name === d.name && (d.name === dim.name ? d.size <= e.size : d.size === e.size),
      ),
    );
  const from = operand(c, fits);
  const own = from.dims.find((d) => d.name === dim.name)!;
  const value = call(c, "slice", [ref(from), dim.name, 0, Math.min(size, own.size)], from);
  return call(c, "dynamicUpdate", [ref(x), ref(value), dim.name, ref(at)], larger(x, value));
};

const scatter: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const dims = some(c, x.dims, 1).slice(0, 2);
  const [shared] = x.dims.filter((d) => !dims.includes(d));
  const own = dimension(freeName(c, x), 3);
  const ids = dims.map((d, i) => {
    const along = shared && number(c, 2) === 0 ? [own, shared] : [own];
    const place = (n: number) => ((n * 5 + 2 + i) % (d.size + 2)) - 1;
    const data = Array.from({ length: count(along) }, (_, n) => place(n));
    const at = call(c, "constant", [data, along, "int32"], { max: d.size + 1, bits: 0 });
    return [d.name, ref(at)] as const;
  });
  const max = count(dims) * x.max;
  const names = dims.map((d) => d.name);
  const row = call(c, "sum", [ref(x), ...names], { max, bits: x.bits });
  const rows = call(c, "broadcast", [ref(row), own], row);
  return call(c, "scatter", [ref(x), ref(rows), Object.fromEntries(ids)], { max, bits: x.bits });
};

const argmax: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k) && hasDims(k));
  const over = choice(c, x.dims);
  return call(c, "argmax", [ref(x), over.name], { max: over.size, bits: 0 });
};

const topK: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k) && hasDims(k));
  const over = choice(c, x.dims);
  const k = dimension(freeName(c, x), 1 + number(c, over.size));
  return call(c, "topK", [ref(x), over.name, k], [x, { max: over.size, bits: 0 }]);
};

/** The element that some others come before, in one order or the other. */
const nth =
  (fn: "nthLargest" | "nthSmallest"): Step =>
  (c) => {
    const x = operand(c, (k) => isNumeric(k) && isExact(k) && hasDims(k));
    const over = choice(c, x.dims);
    return call(c, fn, [ref(x), over.name, number(c, over.size)], x);
  };

const sort: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k) && hasDims(k));
  const over = choice(c, x.dims);
  const options = { descending: number(c, 2) === 0 };
  return call(c, "sort", [ref(x), over.name, options], [x, { max: over.size, bits: 0 }]);
};

/** Labels with all of the logits' dims but one, out of range here and there. */
function labelled(c: Context): readonly [Known, Known, string] {
  const logits = operand(c, (k) => isFloat(k) && hasDims(k));
  const over = choice(c, logits.dims);
  const rest = logits.dims.filter((d) => d.name !== over.name);
  const fits = (x: Known) =>
    isInt(x) &&
    x.dims.length === rest.length &&
    sizesAgree(x, logits) &&
    x.dims.every((d) => rest.some((e) => e.name === d.name));
  if (c.values.some(fits)) return [logits, operand(c, fits), over.name];
  const data = Array.from({ length: count(rest) }, (_, i) => ((i * 5 + 2) % (over.size + 2)) - 1);
  const magnitude = { max: over.size + 1, bits: 0 };
  return [logits, call(c, "constant", [data, rest, "int32"], magnitude), over.name];
}

const softmaxCrossEntropy: Step = (c) => {
  const [logits, labels, over] = labelled(c);
  const magnitude = { max: 2 * logits.max + 2, bits: inexact };
  return call(c, "softmaxCrossEntropy", [ref(logits), ref(labels), over], magnitude);
};

const crossEntropyWithLogsumexp: Step = (c) => {
  const [logits, labels, over] = labelled(c);
  const magnitude = { max: 2 * logits.max + 2, bits: inexact };
  return call(c, "crossEntropyWithLogsumexp", [ref(logits), ref(labels), over], magnitude);
};

export const indexingSteps: Readonly<Record<string, Step>> = {
  oneHot,
  gather,
  scatterAdd,
  dynamicSlice,
  dynamicUpdate,
  dynamicShift,
  scatter,
  argmax,
  topK,
  nthLargest: nth("nthLargest"),
  nthSmallest: nth("nthSmallest"),
  sort,
  softmaxCrossEntropy,
  crossEntropyWithLogsumexp,
};
