import { sameType, without } from "../../ops/verify/types.ts";
import { axesOf, samePlacement } from "../placement.ts";
import type { Loop, LoopBinding, Program, Value } from "../program.ts";

/**
 * What is wrong with what a loop takes and gives: inside it lies as outside, without the loop's dim,
 * which is whole.
 */
export function loopFault(
  { dim, sliced, constant, summed, stacked }: Loop,
  { values }: Program,
): string | undefined {
  const at = ({ outer, inner }: LoopBinding) => [values[outer]!, values[inner]!] as const;
  const wrong = (binding: LoopBinding) =>
    `%${binding.inner} inside does not go with %${binding.outer} outside`;
  for (const binding of [...constant, ...summed]) {
    const [outer, inner] = at(binding);
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
