import { extentsOf, rangeIn, sizeOf, stridesOf, without } from "../../slices/walk.ts";
import { each } from "../shader.ts";
import { ordering } from "../wgsl/ordered.ts";
import { placesAt } from "../wgsl/places.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Of a longer row, comparing all with all takes longer than the host. */
export const longest: number = 1 << 14;

/** In order, equals in theirs: the place of each is how many come before it. */
export const sort: Wgsl<"sort"> = ({ over, descending }, [x], results) => {
  const { begin, size } = rangeIn(x!, over);
  if (size > longest) return undefined;
  const outer = without(extentsOf(x!), [over]);
  const [from, sorted, where] = [x!, ...results].map((slice) => stridesOf(extentsOf(slice)));
  const strides = [from!, sorted!, where!];
  const [source, target, place] = placesAt("row", outer, strides);
  const [along, alongSorted, alongWhere] = strides.map((s) => s[over]!);
  const shader = each(sizeOf(outer) * size, {
    reads: [x!.dtype],
    writes: [x!.dtype, "int32"],
    declarations: ordering(x!.dtype),
    body: `  let row = i / ${size}u;
  let own = i % ${size}u;
  let source = ${source};
  let value = x0[source + own * ${along}u];
  let mine = ordered(value);
  var rank = 0u;
  for (var j = 0u; j < ${size}u; j++) {
    let other = ordered(x0[source + j * ${along}u]);
    rank += u32(other ${descending ? ">" : "<"} mine || (other == mine && j < own));
  }
  y0[${target} + rank * ${alongSorted}u] = value;
  y1[${place} + rank * ${alongWhere}u] = i32(own) + ${begin};`,
  });
  return single(shader, [x!], results);
};
