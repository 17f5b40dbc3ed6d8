import { elements } from "../../dimension.ts";
import { type DType, type HostArray, hostArray } from "../../dtype.ts";
import { internal } from "../../errors.ts";
import { type Graph, nodesOf } from "../../graph/graph.ts";
import type { Op } from "../../graph/kinds.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { dimOfRounds } from "../../graph/rounds.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import type { Backend, Buffer } from "../backend.ts";
import { wholeSlice } from "../slices/whole.ts";
import { referenceBackend } from "./backend.ts";

/** Arrays of the values of a graph's nodes, by node and result. */
type Values = Map<Node, HostArray[]>;

/**
 * Computes a graph on plain arrays, unsplit and in float64: what every layout must agree with.
 *
 * @param inputs the numbers of each input, row by row in its dims' order
 * @returns the numbers of each output
 * @example
 * const [loss] = evaluate(trace(step, args).graph, [new Float32Array(6)]);
 */
export function evaluate(graph: Graph, inputs: readonly ArrayLike<number>[]): HostArray[] {
  return run(graph, inputs.map(arrayOf), referenceBackend());
}

function arrayOf(numbers: ArrayLike<number>): HostArray {
  return ArrayBuffer.isView(numbers) ? (numbers as HostArray) : Float64Array.from(numbers);
}

function run(graph: Graph, inputs: readonly HostArray[], backend: Backend): HostArray[] {
  const values: Values = new Map();
  const set = (x: AnyTensor, array: HostArray) => {
    const results = values.get(x["~node"]) ?? [];
    results[x["~result"]] = array;
    values.set(x["~node"], results);
  };
  const get = (x: AnyTensor): HostArray => {
    const array = values.get(x["~node"])?.[x["~result"]];
    if (!array) throw internal(`a ${x["~node"].kind} was not computed before its use`);
    return array;
  };
  graph.inputs.forEach((x, i) => {
    set(x, inputs[i]!);
  });
  for (const node of nodesOf(graph)) {
    const operands = node.operands.map(get);
    const results =
      node.kind === "region"
        ? runRegion(node, operands, backend)
        : compute(node, operands, backend);
    const known = values.get(node) ?? [];
    values.set(
      node,
      results.map((array, i) => known[i] ?? array),
    );
  }
  return graph.outputs.map(get);
}

function compute(node: Node, operands: readonly HostArray[], backend: Backend): HostArray[] {
  if (node.kind === "input") throw internal("an input of a graph was given no numbers");
  if (node.kind === "withLayout") return [operands[0]!];
  const op = { kind: node.kind, attributes: node.attributes } as Op;
  const slices = node.operands.map((x) => wholeSlice(dimsOf(x), x.dtype));
  const kernel = backend.bind(
    op,
    slices,
    node.results.map(({ dims, dtype }) => wholeSlice(dims, dtype)),
    [],
  );
  const buffers = operands.map((array, i) => {
    const { dims, dtype } = slices[i]!;
    return backend.upload(
      array,
      dims.map((d) => d.size),
      dtype,
    );
  });
  const results = kernel(buffers) as readonly Buffer[];
  const read = results.map((buffer) => backend.read(buffer) as HostArray);
  for (const buffer of new Set([...buffers, ...results])) backend.dispose(buffer);
  return read;
}

function runRegion(
  node: NodeOf<"region">,
  operands: readonly HostArray[],
  backend: Backend,
): HostArray[] {
  const { rounds, carried, sliced, body } = node.attributes;
  switch (rounds.kind) {
    case "once":
      return run(body, operands, backend);
    case "either": {
      const outputs = operands[0]![0] ? body.outputs : rounds.otherwise;
      return run({ ...body, outputs }, operands, backend);
    }
    case "each": {
      const { dim, reverse, counted } = rounds;
      const count = counted ? operands[carried + sliced]![0]! : dim.size;
      const indices = Array.from({ length: count }, (_, i) => (reverse ? count - 1 - i : i));
      return runRounds(node, operands, indices, () => true, backend);
    }
    case "while": {
      const { condition, most } = rounds;
      const holds = (inputs: readonly HostArray[]) =>
        run({ inputs: body.inputs, outputs: [condition] }, inputs, backend)[0]![0] === 1;
      return runRounds(
        node,
        operands,
        upTo(most?.size ?? Number.POSITIVE_INFINITY),
        holds,
        backend,
      );
    }
  }
}

function* upTo(end: number): Iterable<number> {
  for (let i = 0; i < end; i++) yield i;
}

/** Runs a region's body for indices in order, until the condition on its inputs fails. */
function runRounds(
  node: NodeOf<"region">,
  operands: readonly HostArray[],
  indices: Iterable<number>,
  holds: (inputs: readonly HostArray[]) => boolean,
  backend: Backend,
): HostArray[] {
  const { rounds, carried, sliced, summed, body } = node.attributes;
  const dim = dimOfRounds(rounds);
  const parts: HostArray[][] = [];
  let carry = operands.slice(0, carried);
  for (const index of indices) {
    const inputs = operands.map((array, i) => {
      if (i < carried) return carry[i]!;
      return i < carried + sliced ? atIndex(array, node.operands[i]!, dim!.name, index) : array;
    });
    if (!holds(inputs)) break;
    const results = run(body, inputs, backend);
    carry = results.slice(0, carried);
    parts[index] = results.slice(carried);
  }
  const collected = node.results.slice(carried).map(({ dims, dtype }, i) => {
    const made = parts.map((results) => results[i]!);
    const empty = zerosOf(dtype, elements(dims));
    return i < summed ? addUp(empty, made) : stack(empty, made);
  });
  return [...carry, ...collected];
}

/** The numbers of a tensor at one index of a dim. */
function atIndex(array: HostArray, x: AnyTensor, dim: string, index: number): HostArray {
  const dims = dimsOf(x);
  const at = dims.findIndex((d) => d.name === dim);
  const inner = elements(dims.slice(at + 1));
  const stride = inner * dims[at]!.size;
  return array.filter((_, i) => Math.floor((i % stride) / inner) === index);
}

function zerosOf(dtype: DType, length: number): HostArray {
  return dtype === "float32" ? new Float64Array(length) : hostArray(dtype, length);
}

/** The sum of arrays; zeros of none. */
function addUp(zeros: HostArray, parts: readonly HostArray[]): HostArray {
  const [first, ...others] = parts;
  if (!first) return zeros;
  return others.reduce((sum, part) => (sum as Float64Array).map((x, i) => x + part[i]!), first);
}

/** Arrays one after the other, and zeros where there are no more. */
function stack(zeros: HostArray, parts: readonly HostArray[]): HostArray {
  parts.forEach((part, i) => {
    zeros.set(part, i * part.length);
  });
  return zeros;
}
