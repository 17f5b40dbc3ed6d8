import {
  type Context,
  call,
  choice,
  dimNames,
  freeName,
  isFloat,
  type Known,
  number,
  operand,
  ref,
  sizesAgree,
  some,
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
    ...(number(c, 3) === 0 && { bias: ref(biasOf(c, [...x.dims, ...keys.dims], within.name)) }),
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

/** Numbers that have some of the dims of products, each once. */
function biasOf(c: Context, dims: Known["dims"], within: string): Known {
  const distinct = dims.filter(
    (d, i) => d.name !== within && dims.findIndex((other) => other.name === d.name) === i,
  );
  const own = distinct.filter(() => number(c, 2) === 0);
  const data = Array.from({ length: count(own) }, (_, i) => ((i * i) % 5) / 2 - 1);
  return call(c, "constant", [data, own, "float32"], { max: 1, bits: 1 });
}

function keyOf(c: Context): Known {
  const made = call(c, "key", [1], { max: 0, bits: 0 });
  c.values.pop();
  return made;
}

/** Attention of a tensor to two with other dims in the place of one, rows of which lie in blocks. */
const pagedAttention: Step = (c) => {
  const query = operand(c, (k) => isFloat(k) && k.dims.length > 2);
  const [row, along, within] = some(c, query.dims, 3).slice(0, 3) as [Dim, Dim, Dim];
  const heads = query.dims.filter((d) => d !== row && d !== along && d !== within);
  const isNone = (name: string) => !hasDim(query, name);
  const [block, offset, page] = some(c, dimNames.filter(isNone), 3) as [string, string, string];
  const kept = number(c, 2) === 0 ? heads : [];
  const [blocks, size, pages] = [1 + number(c, 3), 1 + number(c, 3), 1 + number(c, 2)];
  const pool = [{ name: block, size: blocks }, { name: offset, size }, ...kept, within];
  const max = 2;
  const made = (salt: number): Known => {
    const data = Array.from({ length: count(pool) }, (_, i) => ((salt * i + i * i) % 9) / 4 - 1);
    return call(c, "constant", [data, pool, "float32"], { max, bits: 2 });
  };
  const [keys, values] = [made(5), made(7)];
  const numbers = (dims: readonly Dim[], least: number, choices: number): Known => {
    const data = Array.from({ length: count(dims) }, () => least + number(c, choices));
    return call(c, "constant", [data, dims, "int32"], { max: choices, bits: 0 });
  };
  const options = {
    ...{ along: along.name, block, offset, page, within: within.name },
    table: ref(numbers([row, { name: page, size: pages }], -1, blocks + 2)),
    before: ref(numbers([row], 0, pages * size + 1)),
    counts: ref(numbers([row], 0, along.size + 1)),
    scale: 2 ** -Math.max(0, Math.ceil(Math.log2((within.size * query.max * max) / 8))),
    ...(number(c, 2) === 0 && { window: 1 + number(c, 3) }),
  };
  const magnitude = { max: 2 * max, bits: inexact };
  return call(c, "pagedAttention", [ref(query), ref(keys), ref(values), options], magnitude);
};

/** Attention of a tensor to two that lack one of its dims and have another, under a mask. */
const maskedAttention: Step = (c) => {
  const query = operand(c, (k) => isFloat(k) && k.dims.length > 1);
  const [within, along] = some(c, query.dims, 2).slice(0, 2) as [Dim, Dim];
  const own = query.dims.filter((d) => d !== along && d !== within);
  const over = { name: freeName(c, query), size: 1 + number(c, 4) };
  const [dims, max] = [[...own, over, within], 2];
  const made = (salt: number): Known => {
    const data = Array.from({ length: count(dims) }, (_, i) => ((salt * i + i * i) % 9) / 4 - 1);
    return call(c, "constant", [data, dims, "float32"], { max, bits: 2 });
  };
  const [keys, values] = [made(5), made(7)];
  const masked = [...(number(c, 2) === 0 ? [along] : []), ...(number(c, 2) === 0 ? own : []), over];
  const data = Array.from({ length: count(masked) }, () => number(c, 2));
  const visible = call(c, "constant", [data, masked, "bool"], { max: 1, bits: 0 });
  const options = {
    ...{ over: over.name, within: within.name, visible: ref(visible) },
    scale: 2 ** -Math.max(0, Math.ceil(Math.log2((within.size * query.max * max) / 8))),
  };
  const magnitude = { max: 2 * max, bits: inexact };
  return call(c, "maskedAttention", [ref(query), ref(keys), ref(values), options], magnitude);
};

type Dim = Known["dims"][number];

export const attentionSteps: Readonly<Record<string, Step>> = {
  flashAttention,
  maskedAttention,
  pagedAttention,
};
