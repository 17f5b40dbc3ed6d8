import { type DType, dimension } from "mtf";
import type { Context } from "../context.ts";
import {
  call,
  choice,
  dimNames,
  hasDims,
  isExact,
  isFloat,
  type Known,
  number,
  operand,
  ref,
  some,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

/** Dims as some tensor has them, or a new one. */
function dims(c: Context, least = 0) {
  const like = operand(c);
  if (like.dims.length >= Math.max(1, least) && number(c, 4) > 0) return some(c, like.dims, least);
  return [dimension(choice(c, dimNames), 1 + number(c, 7))];
}

const iota: Step = (c) => {
  const [d] = dims(c, 1);
  return call(c, "iota", [d!], { max: d!.size, bits: 0 });
};

const dtypes = ["float32", "int32", "bool"] as const satisfies readonly DType[];

const fill: Step = (c) => {
  const dtype = choice(c, dtypes);
  const value = dtype === "float32" ? choice(c, [0.5, -2]) : dtype === "int32" ? 3 : 1;
  return call(c, "fill", [dims(c), value, dtype], { max: 3, bits: 1 });
};

const zeros: Step = (c) => call(c, "zeros", [dims(c), choice(c, dtypes)], { max: 0, bits: 0 });
const ones: Step = (c) => call(c, "ones", [dims(c), choice(c, dtypes)], { max: 1, bits: 0 });

const constant: Step = (c) => {
  const dtype = choice(c, dtypes);
  const own = dims(c);
  const [first, step] = [number(c, 5), 1 + number(c, 5)];
  const data = Array.from({ length: count(own) }, (_, i) => {
    const x = (first + i * step) % 7;
    return dtype === "float32" ? x / 4 - 1 : dtype === "int32" ? x - 1 : x % 2;
  });
  return call(c, "constant", [data, own, dtype], { max: 5, bits: dtype === "float32" ? 2 : 0 });
};

function key(c: Context): Known {
  const plain = call(c, "key", [number(c, 4)], { max: 0, bits: 0 });
  c.values.pop();
  const steps = c.values.filter((x) => x.tensor.dtype === "int32" && x.dims.length === 0);
  const fold = number(c, 3);
  if (fold === 0) return plain;
  const data = fold === 1 || steps.length === 0 ? choice(c, ["w", 7]) : ref(steps.at(-1)!);
  const folded = call(c, "fold", [ref(plain), data], { max: 0, bits: 0 });
  // Nothing but random ops takes a key.
  c.values.pop();
  return folded;
}

const normal: Step = (c) =>
  call(c, "normal", [ref(key(c)), dims(c), { mean: 1, std: 0.5 }], { max: 6, bits: inexact });

const uniform: Step = (c) =>
  call(c, "uniform", [ref(key(c)), dims(c), { min: -1, max: 1 }], { max: 1, bits: inexact });

const gumbel: Step = (c) => call(c, "gumbel", [ref(key(c)), dims(c)], { max: 18, bits: inexact });

const randint: Step = (c) => {
  const max = 1 + number(c, 9);
  return call(c, "randint", [ref(key(c)), dims(c), { min: -3, max }], { max: 10, bits: 0 });
};

const categorical: Step = (c) => {
  const x = operand(c, (k) => isFloat(k) && isExact(k) && hasDims(k));
  const over = choice(c, x.dims);
  const drawn = [ref(key(c)), ref(x), over.name];
  return call(c, "categorical", drawn, { max: over.size, bits: 0 });
};

const sampleWithTemperature: Step = (c) => {
  const x = operand(c, (k) => isFloat(k) && isExact(k) && hasDims(k));
  const over = choice(c, x.dims);
  const drawn = [ref(key(c)), ref(x), over.name, choice(c, [0, 0.5, 2])];
  return call(c, "sampleWithTemperature", drawn, { max: over.size, bits: 0 });
};

export const makeSteps: Readonly<Record<string, Step>> = {
  iota,
  fill,
  zeros,
  ones,
  constant,
  normal,
  uniform,
  gumbel,
  randint,
  categorical,
  sampleWithTemperature,
};
