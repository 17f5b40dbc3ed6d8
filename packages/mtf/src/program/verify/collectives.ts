import { sameType } from "../../ops/verify/types.ts";
import { sameRest } from "../../rest/rest.ts";
import { axesOf, samePlacement, splitAxes } from "../placement.ts";
import type { Bucket, Move, Program, Reduce, Value } from "../program.ts";
import { moveOf } from "../transfer.ts";
import type { Share } from "./compute.ts";

/**
 * What is wrong with settling a value over axes.
 *
 * @param share where it is a share of an extreme
 * @param apart axes along which devices have rounds of their own, so that what they have are terms
 */
export function reduceFault(
  { name, fn, axes }: Reduce,
  from: Value,
  to: Value,
  share: Share | undefined,
  apart: readonly string[],
): string | undefined {
  if (from.rest || to.rest) return "narrow numbers are never added";
  if (!sameType(from, to)) return "operand and result differ in dims or dtype";
  if (axes.length === 0) return "it is over no axis";
  if (share) {
    if (fn !== share.fn || axes.join() !== share.axes.join()) {
      return `its operand is a share of a ${share.fn} over ${share.axes.join("+")}`;
    }
    if (name !== "all-reduce" || !samePlacement(from.placement, to.placement)) {
      return "an extreme stays where it is";
    }
    return undefined;
  }
  if (fn !== "sum") return `its operand is no share of a ${fn}`;
  if (!axes.every((axis) => from.placement.partial.includes(axis) || apart.includes(axis))) {
    return "no sum is owed over its axes";
  }
  const left = from.placement.partial.filter((axis) => !axes.includes(axis));
  if (left.join() !== to.placement.partial.join()) return "what is owed afterwards is not the rest";
  const gained: string[] = [];
  for (const { name: dim } of from.dims) {
    const [before, after] = [axesOf(from.placement, dim), axesOf(to.placement, dim)];
    if (before.some((axis, i) => axis !== after[i])) return `'${dim}' is not split further`;
    gained.push(...after.slice(before.length));
  }
  const scattered = name === "reduce-scatter" ? axes : [];
  const fits = gained.length === scattered.length && gained.every((a) => scattered.includes(a));
  return fits ? undefined : `it splits the result by '${gained.join("+")}'`;
}

/** What is wrong with reductions done as one: all are of one kind and settle what they say. */
export function bucketFault(
  { reduces }: Bucket,
  { values }: Program,
  shares: ReadonlyMap<number, Share>,
  apart: readonly string[],
): string | undefined {
  if (reduces.length < 2) return "it is no more than one reduction";
  const kindOf = ({ name, fn, axes, operand }: Reduce) =>
    `${name} ${fn} ${axes.join("+")} ${values[operand]!.dtype}`;
  for (const reduce of reduces) {
    if (kindOf(reduce) !== kindOf(reduces[0]!)) {
      return `%${reduce.result} is settled otherwise than %${reduces[0]!.result}`;
    }
    const { operand, result } = reduce;
    const [from, to] = [values[operand]!, values[result]!];
    const fault = reduceFault(reduce, from, to, shares.get(operand), apart);
    if (fault) return `%${result}: ${fault}`;
  }
  return undefined;
}

/** What is wrong with moving elements from where operands lie to where the result does. */
export function moveFault(
  { name, axes, offsets }: Move,
  operands: readonly Value[],
  result: Value,
): string | undefined {
  if (operands.length === 0 || offsets.length !== operands.length) {
    return "each operand needs offsets";
  }
  const { placement: to } = result;
  for (const [i, { dims, dtype, rest, placement: from }] of operands.entries()) {
    // The first has its dims in the result's order, others may not.
    const alike = dims.every((d, at) => {
      const other = i === 0 ? result.dims[at] : result.dims.find((r) => r.name === d.name);
      return d.name === other?.name && (d.size === other.size || d.name in offsets[i]!);
    });
    if (
      !alike ||
      dims.length !== result.dims.length ||
      dtype !== result.dtype ||
      !sameRest(rest, result.rest)
    ) {
      return `operand ${i} differs in dims or dtype`;
    }
    if (from.partial.join() !== to.partial.join()) return "no sum is settled by moving";
  }
  const [first] = operands;
  if (operands.length === 1 && Object.keys(offsets[0]!).length === 0) {
    const expected = moveOf(result.dims, first!.placement, to);
    if (expected.name === name && expected.axes.join() === axes.join()) return undefined;
    return `it is ${expected.name}(${expected.axes.join("+")})`;
  }
  const cut = new Set(operands.flatMap((x) => splitAxes(x.placement)));
  const fits = name === "exchange" && axes.length === cut.size && axes.every((a) => cut.has(a));
  return fits ? undefined : `its operands are split by '${[...cut].join("+")}'`;
}
