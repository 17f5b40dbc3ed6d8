import { sameType, without } from "../../ops/verify/types.ts";
import { sameRest } from "../../rest/rest.ts";
import { axesOf, samePlacement } from "../placement.ts";
import type { Binding, Program, Region, Value } from "../program.ts";

/**
 * What is wrong with what a region takes and gives: inside it lies as outside, without the rounds' dim,
 * which is whole.
 */
export function regionFault(
  { dim, carried, sliced, constant, summed, stacked }: Region,
  { values }: Program,
): string | undefined {
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
  for (const binding of [...constant, ...summed]) {
    const [outer, inner] = at(binding);
    if (!sameRest(outer.rest, inner.rest)) return wrong(binding);
    if (!sameType(outer, inner) || !lieAlike(outer, inner)) return wrong(binding);
  }
  for (const binding of sliced) {
    const [outer, inner] = at(binding);
    if (!outer.dims.some((d) => d.name === dim.name && d.size === dim.size)) return wrong(binding);
    const slice = { ...outer, dims: without(outer, dim.name) };
    if (!sameType(slice, inner) || !lieAlike(outer, inner)) return wrong(binding);
  }
  for (const binding of stacked) {
    const [outer, inner] = at(binding);
    const stack = { ...inner, dims: [dim, ...inner.dims] };
    if (!sameType(stack, outer) || !lieAlike(outer, inner)) return wrong(binding);
  }
  const cut = [...sliced, ...stacked].find((b) => {
    return axesOf(values[b.outer]!.placement, dim.name).length > 0;
  });
  if (cut) return `'${dim.name}' of %${cut.outer} is cut`;
  const bool = summed.find((b) => values[b.outer]!.dtype === "bool");
  return bool && `%${bool.outer} is a sum of bools`;
}

function lieAlike(a: Value, b: Value): boolean {
  return samePlacement(a.placement, b.placement);
}
