import type { DType } from "../../dtype.ts";
import { sameType, without } from "../../ops/verify/types.ts";
import { sameRest } from "../../rest/rest.ts";
import { dimOf, ownAxes } from "../bodies.ts";
import { axesOf, samePlacement, splitAxes } from "../placement.ts";
import type { Binding, Program, Region, Rounds, Value } from "../program.ts";

/**
 * What is wrong with what a region takes and gives: inside it lies as outside, without the rounds' dim,
 * which is whole, or split by the axes along which each device has rounds of its own.
 */
export function regionFault(
  { rounds, carried, sliced, constant, summed, stacked }: Region,
  { values }: Program,
): string | undefined {
  const dim = dimOf(rounds);
  const at = ({ outer, inner }: Binding) => [values[outer]!, values[inner]!] as const;
  const wrong = (binding: Binding) =>
    `%${binding.inner} inside does not go with %${binding.outer} outside`;
  for (const { initial, inner, next, result } of carried) {
    const first = values[initial]!;
    const differs = [inner, next, result].find((v) => {
      return !sameType(first, values[v]!) || !lieAlike(first, values[v]!);
    });
    if (differs !== undefined) return `%${differs} does not go with %${initial} that is carried`;
    if (first.placement.partial.length > 0) return `%${initial} is carried and owes a sum`;
  }
  const fresh = [
    ...carried.flatMap((c) => [c.initial, c.inner, c.next, c.result]),
    ...sliced.map((b) => b.inner),
    ...[...summed, ...stacked].flatMap((b) => [b.inner, b.outer]),
  ];
  const narrow = fresh.find((v) => values[v]!.rest);
  if (narrow !== undefined) return `%${narrow} of a loop rests narrow`;
  const apart = ownAxes(rounds);
  for (const binding of [...constant, ...summed]) {
    const [outer, inner] = at(binding);
    // Terms that are not added up over such axes in each round are owed after the last.
    const added = splitAxes(inner.placement);
    const owed = summed.includes(binding) ? apart.filter((axis) => !added.includes(axis)) : [];
    if (!owed.every((axis) => outer.placement.partial.includes(axis))) return wrong(binding);
    if (!sameRest(outer.rest, inner.rest)) return wrong(binding);
    if (!sameType(outer, inner) || !lieAlike(settledAlong(outer, owed), inner))
      return wrong(binding);
  }
  if (!dim) {
    const along = [...sliced, ...stacked][0];
    return along ? `%${along.outer} is along no dim` : steeringFault(rounds, summed, values);
  }
  for (const binding of sliced) {
    const [outer, inner] = at(binding);
    if (!outer.dims.some((d) => d.name === dim.name && d.size === dim.size)) return wrong(binding);
    const slice = { ...outer, dims: without(outer, dim.name) };
    if (!sameType(slice, inner) || !lieAlike(wholeAlong(outer, dim.name), inner))
      return wrong(binding);
  }
  for (const binding of stacked) {
    const [outer, inner] = at(binding);
    const stack = { ...inner, dims: [dim, ...inner.dims] };
    if (!sameType(stack, outer) || !lieAlike(wholeAlong(outer, dim.name), inner))
      return wrong(binding);
  }
  const cut = [...sliced, ...stacked].find((b) => {
    return axesOf(values[b.outer]!.placement, dim.name).join() !== apart.join();
  });
  if (cut) return `'${dim.name}' of %${cut.outer} is cut`;
  const inside = [...constant, ...sliced, ...stacked, ...summed].find((binding) => {
    const { placement } = values[binding.inner]!;
    // What a round has added up over such axes may be split along them.
    const split = summed.includes(binding) ? [] : splitAxes(placement);
    return [...split, ...placement.partial].some((axis) => apart.includes(axis));
  });
  if (inside) return `%${inside.inner} lies along an axis that gives each device rounds of its own`;
  const bool = summed.find((b) => values[b.outer]!.dtype === "bool");
  if (bool) return `%${bool.outer} is a sum of bools`;
  return steeringFault(rounds, summed, values);
}

/** What is wrong with what says how often a body runs, or with what runs in place of it. */
function steeringFault(
  rounds: Rounds,
  summed: readonly Binding[],
  values: readonly Value[],
): string | undefined {
  const isWhole = (value: number | undefined, dtype: DType) => {
    const found = value === undefined ? undefined : values[value]!;
    return (
      found?.dtype === dtype && found.dims.length === 0 && found.placement.partial.length === 0
    );
  };
  switch (rounds.kind) {
    case "each": {
      const { count } = rounds;
      return count === undefined || isWhole(count, "int32")
        ? undefined
        : `%${count} counts nothing`;
    }
    case "while": {
      const [holds, ...others] = rounds.condition.results;
      const sums = summed.length > 0 ? "it sums" : undefined;
      return others.length === 0 && isWhole(holds, "bool") ? sums : `%${holds} is no condition`;
    }
    case "either": {
      const { predicate, otherwise } = rounds;
      if (!isWhole(predicate, "bool")) return `%${predicate} is no predicate`;
      if (otherwise.results.length !== summed.length) return "its bodies have different results";
      const odd = otherwise.results.find((value, i) => {
        const [a, b] = [values[value]!, values[summed[i]!.inner]!];
        return !sameType(a, b) || !lieAlike(a, b);
      });
      return odd === undefined ? undefined : `%${odd} does not go with what it stands for`;
    }
  }
}

function settledAlong(value: Value, axes: readonly string[]): Value {
  const { split, partial } = value.placement;
  return { ...value, placement: { split, partial: partial.filter((a) => !axes.includes(a)) } };
}

function wholeAlong(value: Value, dim: string): Value {
  const { [dim]: _, ...split } = value.placement.split;
  return { ...value, placement: { ...value.placement, split } };
}

function lieAlike(a: Value, b: Value): boolean {
  return samePlacement(a.placement, b.placement);
}
