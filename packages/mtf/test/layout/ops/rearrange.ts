import { type Dimension, dimension } from "mtf";
import {
  call,
  choice,
  freeName,
  hasDims,
  isNumeric,
  type Known,
  number,
  operand,
  ref,
  some,
} from "../context.ts";
import type { Step } from "./step.ts";

const broadcast: Step = (c) => {
  const x = operand(c);
  const name = freeName(c, x);
  const added = dimension(name, 1 + number(c, 5));
  return call(c, "broadcast", [ref(x), added], x);
};

const rename: Step = (c) => {
  const x = operand(c, hasDims);
  const from = choice(c, x.dims);
  return call(c, "rename", [ref(x), from.name, freeName(c, x)], x);
};

/** The ways to write a size as a product of two. */
function divisors(size: number): readonly (readonly [number, number])[] {
  return Array.from({ length: size }, (_, i) => i + 1)
    .filter((n) => size % n === 0)
    .map((n) => [n, size / n] as const);
}

const split: Step = (c) => {
  const x = operand(c, hasDims);
  const from = choice(
    c,
    [...x.dims].sort((a, b) => b.size - a.size),
  );
  const [outer, inner] = choice(c, [...divisors(from.size)].reverse());
  // The old name may be one of the new ones.
  const keeps = number(c, 3);
  const first = keeps === 0 ? from.name : freeName(c, x);
  const second = choice(
    c,
    ["g", "h", "a", "b", "c", "d", "e", "f"].filter(
      (name) => name !== first && !x.dims.some((d) => d.name === name),
    ),
  );
  const to = [dimension(first, outer), dimension(keeps === 1 ? from.name : second, inner)];
  return call(c, "split", [ref(x), from.name, to], x);
};

const merge: Step = (c) => {
  const x = operand(c, (k) => k.dims.length > 1);
  const from = some(c, x.dims, 2);
  const name = number(c, 3) === 0 ? from[0]!.name : freeName(c, x);
  const size = from.reduce((product, d) => product * d.size, 1);
  return call(c, "merge", [ref(x), from.map((d) => d.name), dimension(name, size)], x);
};

const reshape: Step = (c) => {
  const x = operand(c, (k) => k.dims.length > 1);
  const from = some(c, x.dims, 2);
  const size = from.reduce((product, d) => product * d.size, 1);
  const [outer, inner] = choice(c, [...divisors(size)].reverse());
  const to = [dimension(freeName(c, x), outer), dimension(from[0]!.name, inner)];
  return call(c, "reshape", [ref(x), from.map((d) => d.name), to], x);
};

const slice: Step = (c) => {
  const x = operand(c, hasDims);
  const dim = choice(c, x.dims);
  const begin = number(c, dim.size);
  const end = begin + 1 + number(c, dim.size - begin);
  return call(c, "slice", [ref(x), dim.name, begin, end], x);
};

const pad: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const dim = choice(c, x.dims);
  const [before, after] = [number(c, 3), number(c, 3)];
  const value = choice(c, [0, 1]);
  return call(c, "pad", [ref(x), dim.name, before, after, value], {
    ...x,
    max: Math.max(1, x.max),
  });
};

const shift: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const dim = choice(c, x.dims);
  const by = number(c, 2 * dim.size + 3) - dim.size - 1;
  return call(c, "shift", [ref(x), dim.name, by, { wrap: number(c, 2) === 0 }], x);
};

const at: Step = (c) => {
  const x = operand(c, hasDims);
  const dim = choice(c, x.dims);
  return call(c, "at", [ref(x), dim.name, number(c, dim.size)], x);
};

const stack: Step = (c) => {
  const x = operand(c);
  const fits = (y: Known) =>
    y.tensor.dtype === x.tensor.dtype &&
    y.dims.length === x.dims.length &&
    y.dims.every((d) => x.dims.some((e) => e.name === d.name && d.size === e.size));
  const all = [x, ...Array.from({ length: number(c, 3) }, () => operand(c, fits))];
  const max = Math.max(...all.map((y) => y.max));
  const bits = Math.max(...all.map((y) => y.bits));
  return call(c, "stack", [all.map(ref), freeName(c, x)], { max, bits });
};

const unstack: Step = (c) => {
  const x = operand(c, hasDims);
  return call(c, "unstack", [ref(x), choice(c, x.dims).name], x);
};

const concat: Step = (c) => {
  const x = operand(c, hasDims);
  const dim = choice(c, x.dims);
  const fits = (y: Known) =>
    y.tensor.dtype === x.tensor.dtype &&
    y.dims.length === x.dims.length &&
    y.dims.every((d) => {
      const own = x.dims.find((e) => e.name === d.name);
      return own && (d.name === dim.name || d.size === own.size);
    });
  const all = [x, ...Array.from({ length: 1 + number(c, 2) }, () => operand(c, fits))];
  const max = Math.max(...all.map((y) => y.max));
  const bits = Math.max(...all.map((y) => y.bits));
  return call(c, "concat", [all.map(ref), dim.name], { max, bits });
};

const withLayout: Step = (c) => {
  const x = operand(c, hasDims);
  const rules: Record<string, readonly string[]> = {};
  let axes = [...c.axes];
  for (const d of some(c, x.dims)) {
    const own = some(c, axes);
    axes = axes.filter((axis) => !own.includes(axis));
    rules[d.name] = own;
  }
  return call(c, "withLayout", [ref(x), rules], x);
};

/** The dims in another order: what an einsum of one operand does. */
const transpose: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && k.dims.length > 1);
  const order: readonly Dimension[] = some(c, x.dims, x.dims.length);
  return call(c, "einsum", [[ref(x)], order.map((d) => d.name)], x);
};

export const rearrangeSteps: Readonly<Record<string, Step>> = {
  broadcast,
  rename,
  split,
  merge,
  reshape,
  slice,
  pad,
  concat,
  shift,
  at,
  stack,
  unstack,
  withLayout,
  transpose,
};
