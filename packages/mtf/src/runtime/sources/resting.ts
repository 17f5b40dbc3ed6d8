import type { HostArray } from "../../dtype.ts";
import type { Box } from "../../program/placement.ts";
import { narrow } from "../../rest/narrow.ts";
import { type Wanted, wrongInput } from "./array.ts";
import { cutResting } from "./cutResting.ts";

/**
 * The box whose numbers a box is made of: itself, but for an int8 whole rows, since a scale comes of
 * the largest number of its row, whatever part of it a device holds.
 */
export function neededFor(box: Box, { dims, rest }: Pick<Wanted, "dims" | "rest">): Box {
  if (typeof rest !== "object") return box;
  return box.map((range, d) =>
    rest.scales.includes(dims[d]!.name) ? range : { begin: 0, size: dims[d]!.size },
  );
}

/**
 * What a device holds of an input: its numbers, or the bytes that they rest in.
 *
 * @param numbers those of the box that is needed
 * @throws MtfError `wrong-input` for a number that an int8 cannot be
 */
export function partAtRest(numbers: HostArray, box: Box, to: Wanted): HostArray {
  if (to.rest === undefined) return numbers;
  const needed = neededFor(box, to);
  const dims = to.dims.map(({ name }, d) => ({ name, size: needed[d]!.size }));
  const sized = { dims, dtype: to.dtype, rest: to.rest };
  const bytes = narrow(numbers, sized);
  if (!bytes) {
    const at = numbers.find((number) => !Number.isFinite(number));
    throw wrongInput(to, `'${to.path}' rests as int8, which cannot be ${at}.`, {
      try: [`rest: "bfloat16", which holds infinity and NaN`],
    });
  }
  if (needed === box) return bytes;
  const within = box.map(({ begin, size }, d) => ({ begin: begin - needed[d]!.begin, size }));
  return cutResting({ bytes, sized }, within).bytes;
}
