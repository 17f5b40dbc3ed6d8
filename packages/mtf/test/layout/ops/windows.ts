import { dimension } from "mtf";
import {
  type Context,
  call,
  choice,
  freeName,
  hasDims,
  isExact,
  isFloat,
  isNumeric,
  type Known,
  number,
  operand,
  ref,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

/** How windows of so many elements may lie. */
function placed(c: Context) {
  return { stride: 1 + number(c, 3), dilation: 1 + number(c, 2), before: number(c, 4) };
}

const window: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const dim = choice(c, x.dims);
  const tap = dimension(freeName(c, x), 1 + number(c, 3));
  const options = { ...placed(c), after: 4, wrap: number(c, 3) === 0, value: number(c, 3) % 2 };
  const magnitude = { ...x, max: Math.max(x.max, options.value) };
  return call(c, "window", [ref(x), dim.name, tap, options], magnitude);
};

const overlapAdd: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && k.dims.length > 1);
  const dim = choice(c, x.dims);
  const tap = choice(
    c,
    x.dims.filter((d) => d !== dim),
  );
  const options = { ...placed(c), wrap: number(c, 3) === 0 };
  const max = dim.size * tap.size * x.max;
  const size = 1 + number(c, 7);
  const magnitude = { max, bits: x.bits };
  return call(c, "overlapAdd", [ref(x), dim.name, tap.name, size, options], magnitude);
};

const halo: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && k.dims.length > 1);
  const blocks = choice(c, x.dims);
  const dim = choice(
    c,
    x.dims.filter((d) => d !== blocks),
  );
  const options = { before: number(c, 6), after: number(c, 6), wrap: number(c, 2) === 0 };
  return call(c, "halo", [ref(x), blocks.name, dim.name, options], x);
};

/** A kernel is a tensor that has a dim of x: under another name it goes along that. */
const convolving =
  (fn: "convolution" | "convolutionTransposed"): Step =>
  (c) => {
    const x = operand(c, (k) => isFloat(k) && hasDims(k));
    const dim = choice(c, x.dims);
    const fits = (k: Known) =>
      isFloat(k) &&
      k.dims.some((d) => d.name === dim.name) &&
      k.dims.every((d) =>
        x.dims.every((e) => e.name !== d.name || d.name === dim.name || e.size === d.size),
      );
    const y = operand(c, fits);
    const tap = freeName(c, x, y);
    const kernel = call(c, "rename", [ref(y), dim.name, tap], y);
    const shared = x.dims.filter((d) => kernel.dims.some((e) => e.name === d.name));
    const over = shared.filter(() => number(c, 2) === 0).map((d) => d.name);
    const taps = kernel.dims.find((d) => d.name === tap)!.size;
    const terms = taps * count(shared.filter((d) => over.includes(d.name)));
    const padding = number(c, 2) === 0 || taps > dim.size ? "same" : "valid";
    const options = { over, padding, strides: { [dim.name]: 1 + number(c, 3) } };
    const magnitude = { max: terms * x.max * y.max, bits: x.bits + y.bits };
    return call(c, fn, [ref(x), ref(kernel), { [dim.name]: tap }, options], magnitude);
  };

const pool: Step = (c) => {
  const fn = choice(c, ["max", "mean"] as const);
  const x = operand(c, (k) => isFloat(k) && hasDims(k) && (fn === "mean" || isExact(k)));
  const dim = choice(c, x.dims);
  const size = 1 + number(c, dim.size);
  const options = {
    padding: choice(c, ["valid", "same"]),
    strides: { [dim.name]: 1 + number(c, 3) },
  };
  const bits = fn === "mean" ? inexact : x.bits;
  return call(c, "pool", [ref(x), fn, { [dim.name]: size }, options], { max: x.max, bits });
};

export const windowSteps: Readonly<Record<string, Step>> = {
  window,
  overlapAdd,
  halo,
  convolution: convolving("convolution"),
  convolutionTransposed: convolving("convolutionTransposed"),
  pool,
};
