import { evaluate } from "../../src/backend/reference/evaluate.ts";
import { elements } from "../../src/dimension.ts";
import type { HostArray } from "../../src/dtype.ts";
import { nodesOf } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/node.ts";
import { dimOfRounds, type Rounds } from "../../src/graph/rounds.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../src/graph/tensor.ts";
import { defineLayout, defineMesh, dimension, parseRules } from "../../src/index.ts";
import { lower } from "../../src/partition/lower.ts";
import type { Lowered } from "../../src/program/index.ts";
import type { Devices, Sharded } from "../../src/runtime/devices.ts";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { placeholder, trace } from "../../src/trace.ts";
import { builders } from "./builders/index.ts";
import {
  arrayOf,
  type Case,
  dimsFrom,
  numbersFrom,
  type WrittenDims,
  type WrittenTensor,
} from "./fixture.ts";
import { m, type T } from "./tensors.ts";

/** Numbers in dims, as given or as wanted. */
export interface Numbers {
  readonly dims: WrittenDims;
  readonly data: readonly number[];
}

export interface Given {
  readonly fn: (xs: readonly T[], cotangents: readonly T[]) => T[];
  readonly inputs: readonly [readonly AnyTensor[], readonly AnyTensor[]];
  readonly data: readonly [readonly HostArray[], readonly HostArray[]];
  /** What the original gave: its outputs, then its gradients. */
  readonly wanted: readonly (Numbers & { readonly what: string })[];
}

/** A case as a function of its inputs and cotangents: the op's outputs, then the gradients. */
export function given(of: Case): Given {
  const build = builders[of.op]!;
  const cotangents = (of.cotangents ?? []).filter((c) => c !== null);
  const outputsOf = (xs: readonly T[]): T[] => {
    const byName = Object.fromEntries(of.inputs.map(({ name }, i) => [name, xs[i]]));
    return [build(byName, of)].flat();
  };
  const wanted = of.gradients ?? [];
  const fn = (xs: readonly T[], weights: readonly T[]): T[] => {
    const outputs = outputsOf(xs);
    if (wanted.length === 0) return outputs;
    const loss = (floats: readonly T[]) => {
      const all = of.inputs.map(({ name }, i) => {
        const at = wanted.findIndex((g) => g.of === name);
        return at < 0 ? xs[i] : floats[at];
      });
      let next = 0;
      const terms = outputsOf(all).flatMap((y, i) => {
        if (!of.cotangents?.[i]) return [];
        return [m.sum(m.mul(y, weights[next++]))];
      });
      return m.addAll(terms);
    };
    const of_ = wanted.map((g) => xs[of.inputs.findIndex(({ name }) => name === g.of)]);
    return [...outputs, ...m.grad(loss)(of_)];
  };
  const stand = (x: WrittenTensor) => placeholder(dimsFrom(x.dims), x.dtype) as AnyTensor;
  const numbers = (x: WrittenTensor) => numbersFrom(x.data);
  const array = (x: WrittenTensor) => arrayOf(numbers(x), x.dtype);
  return {
    fn,
    inputs: [of.inputs.map(stand), cotangents.map(stand)],
    data: [of.inputs.map(array), cotangents.map(array)],
    wanted: [
      ...of.outputs.map((y, i) => ({ ...y, what: y.name ?? `output ${i}`, data: numbers(y) })),
      ...wanted.map((g) => ({ ...g, what: `gradient of ${g.of}`, data: numbers(g) })),
    ],
  };
}

/**
 * How far the fixture's float32 numbers may be from exact ones: each op rounds what it computes, a
 * sum once for each of its terms, and no rounding is larger than half a unit in the last place of
 * the largest number that occurs.
 */
export function boundOf({ fn, inputs, data }: Given): number {
  const { graph } = trace(
    (...args: never[]) => fn(args[0] as never, args[1] as never),
    inputs as never,
  );
  const values = nodesOf(graph).flatMap((node) => node.results.map((_, i) => tensorOf(node, i)));
  const floats = values.filter((x) => x.dtype === "float32");
  const arrays = evaluate({ inputs: graph.inputs, outputs: floats }, data.flat());
  const all = [...arrays, ...data.flat()].flatMap((array) => [...array]);
  let largest = 0;
  for (const x of all) {
    // Masks add a number that stands for infinity and decides nothing.
    if (Math.abs(x) < 1e8) largest = Math.max(largest, Math.abs(x));
  }
  return 2 ** -24 * (1 + roundingsOf(nodesOf(graph))) * largest;
}

/** A loop's body rounds in each round; how many a `whileLoop` runs, nobody knows before. */
const roundsOf = (rounds: Rounds): number => dimOfRounds(rounds)?.size ?? 8;

function roundingsOf(nodes: readonly Node[]): number {
  let roundings = 0;
  for (const node of nodes) {
    if (node.kind === "region") {
      const { body, rounds } = node.attributes;
      roundings += roundsOf(rounds) * roundingsOf(nodesOf(body));
      continue;
    }
    const operands = node.operands.map((x) => elements(dimsOf(x)));
    const results = node.results.map(({ dims }) => elements(dims));
    roundings +=
      node.kind === "input" ? 0 : Math.max(1, ...operands) / Math.min(...results, ...operands);
  }
  return roundings;
}

/** A case lowered for a mesh and layout as the fixtures write them. */
export function lowered({ fn, inputs }: Given, mesh: string, layout: string): Lowered<never, T[]> {
  const axes = defineMesh(mesh);
  const rules = parseRules(layout);
  const dims = Object.fromEntries(Object.keys(rules).map((name) => [name, dimension(name, 1)]));
  return lower(fn as never, {
    layout: defineLayout({ dims, mesh: axes, rules }) as never,
    inputs: inputs as never,
  });
}

export async function runOn(
  devices: Devices,
  program: Lowered<never, T[]>,
  data: Given["data"],
): Promise<{ readonly dims: (readonly [string, number])[]; readonly data: number[] }[]> {
  const run = await devices.load(program);
  const result = (await run(...(data as never))) as unknown as Sharded[];
  const read: { dims: (readonly [string, number])[]; data: number[] }[] = [];
  for (const sharded of result) {
    read.push({
      dims: sharded.names.map((name) => [name, sharded.dims[name]!.size] as const),
      data: [...(await readFloat64(sharded))],
    });
    sharded.dispose();
  }
  await run.unload();
  return read;
}

/** The largest difference, the dims matched by name. */
export function difference(found: Numbers, wanted: Numbers, what: string): number {
  const order = wanted.dims.map(([name, size]) => {
    const at = found.dims.findIndex((d) => d[0] === name && d[1] === size);
    if (at < 0) throw new Error(`${what}: [${found.dims}] instead of [${wanted.dims}]`);
    return at;
  });
  if (order.length !== found.dims.length) {
    throw new Error(`${what}: [${found.dims}] instead of [${wanted.dims}]`);
  }
  const strides = found.dims.map((_, i) => found.dims.slice(i + 1).reduce((n, d) => n * d[1], 1));
  let worst = 0;
  wanted.data.forEach((x, i) => {
    let rest = i;
    let at = 0;
    for (let k = order.length - 1; k >= 0; k--) {
      const size = wanted.dims[k]![1];
      at += (rest % size) * strides[order[k]!]!;
      rest = Math.floor(rest / size);
    }
    const y = found.data[at]!;
    const off = Object.is(x, y) || x === y ? 0 : Math.abs(x - y);
    worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  });
  return worst;
}
