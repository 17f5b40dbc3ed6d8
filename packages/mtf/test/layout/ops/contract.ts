import {
  type Context,
  call,
  hasDims,
  isBool,
  isExact,
  isFloat,
  isNumeric,
  type Known,
  NotApplicable,
  number,
  operand,
  ref,
  sizesAgree,
  some,
  unionOf,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

/** Several operands of one dtype whose sizes agree. */
function factors(
  c: Context,
  most: number,
  fits = (_: Known, __: readonly Known[]) => true,
): Known[] {
  const first = operand(c, isNumeric);
  const found = [first];
  for (let i = 1 + number(c, most - 1); i > 0; i--) {
    const next = operand(
      c,
      (x) =>
        x.tensor.dtype === first.tensor.dtype &&
        found.every((other) => sizesAgree(x, other)) &&
        fits(x, found),
    );
    found.push(next);
  }
  return found;
}

function productOf(xs: readonly Known[], terms: number) {
  const max = xs.reduce((product, x) => product * x.max, terms);
  const bits = isFloat(xs[0]!) ? xs.reduce((sum, x) => sum + x.bits, 0) : 0;
  return { max, bits };
}

const einsum: Step = (c) => {
  const xs = factors(c, 4);
  const dims = unionOf(...xs);
  const picked = some(c, dims);
  // What only one operand has cannot be summed by a product.
  const left = dims.filter((d) => !picked.includes(d) && isLonely(d.name, xs));
  const output = [...picked, ...left];
  const terms = count(dims) / count(output);
  const names = output.map((d) => d.name);
  const given = xs.length === 2 ? [...xs.map(ref), ...names] : [xs.map(ref), names];
  return call(c, "einsum", given, productOf(xs, terms));
};

function isLonely(name: string, xs: readonly Known[]): boolean {
  return xs.filter((x) => x.dims.some((d) => d.name === name)).length === 1;
}

const contract: Step = (c) => {
  const [x, y] = factors(c, 2) as [Known, Known];
  const shared = x.dims.filter((d) => y.dims.some((e) => e.name === d.name));
  const over = some(c, shared);
  const names = over.map((d) => d.name);
  return call(c, "contract", [ref(x), ref(y), ...names], productOf([x, y], count(over)));
};

const outer: Step = (c) => {
  const [x, y] = factors(c, 2) as [Known, Known];
  return call(c, "outer", [ref(x), ref(y)], productOf([x, y], 1));
};

const reduction =
  (fn: "sum" | "mean" | "max" | "min" | "any" | "all", fits: (x: Known) => boolean): Step =>
  (c) => {
    const x = operand(c, (k) => fits(k) && hasDims(k));
    const over = some(c, x.dims);
    const n = count(over.length > 0 ? over : x.dims);
    const max = fn === "sum" ? n * x.max : x.max;
    const bits = fn === "mean" ? inexact : x.bits;
    return call(c, fn, [ref(x), ...over.map((d) => d.name)], { max, bits });
  };

const cumsum: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && hasDims(k));
  const over = x.dims[number(c, x.dims.length)]!;
  const options = { exclusive: number(c, 2) === 1, reverse: number(c, 2) === 1 };
  return call(c, "cumsum", [ref(x), over.name, options], { max: over.size * x.max, bits: x.bits });
};

/** Composites over one dim, with a bound of what they give for numbers up to x and n of them. */
const along =
  (fn: "softmax" | "logSoftmax" | "logsumexp", max: (x: number, n: number) => number): Step =>
  (c) => {
    const x = operand(c, (k) => isFloat(k) && hasDims(k));
    const over = x.dims[number(c, x.dims.length)]!;
    return call(c, fn, [ref(x), over.name], { max: max(x.max, over.size), bits: inexact });
  };

const layerNorm: Step = (c) => {
  const x = operand(c, (k) => isFloat(k) && hasDims(k));
  const over = x.dims[number(c, x.dims.length)]!;
  const scale = (): Known => {
    const fits = (k: Known) =>
      isFloat(k) && k.dims.length === 1 && k.dims[0]!.name === over.name && sizesAgree(k, x);
    if (c.values.some(fits)) return operand(c, fits);
    const whole = c.values.filter((k) => isFloat(k) && sizesAgree(k, x));
    const from = whole.find((k) => k.dims.some((d) => d.name === over.name));
    if (!from) throw new NotApplicable();
    const others = from.dims.filter((d) => d.name !== over.name).map((d) => d.name);
    const terms = count(from.dims) / over.size;
    return call(c, "sum", [ref(from), ...others], { max: terms * from.max, bits: from.bits });
  };
  const [gain, bias] = [scale(), scale()];
  const options = { epsilon: 0.125 };
  const max = gain.max * Math.sqrt(over.size) + bias.max;
  return call(c, "layerNorm", [ref(x), ref(gain), ref(bias), over.name, options], {
    max,
    bits: inexact,
  });
};

export const contractSteps: Readonly<Record<string, Step>> = {
  einsum,
  contract,
  outer,
  sum: reduction("sum", isNumeric),
  mean: reduction("mean", isFloat),
  max: reduction("max", (x) => isNumeric(x) && isExact(x)),
  min: reduction("min", (x) => isNumeric(x) && isExact(x)),
  any: reduction("any", isBool),
  all: reduction("all", isBool),
  cumsum,
  softmax: along("softmax", () => 1),
  logSoftmax: along("logSoftmax", (x, n) => 2 * x + Math.log(n)),
  logsumexp: along("logsumexp", (x, n) => x + Math.log(n)),
  layerNorm,
};
