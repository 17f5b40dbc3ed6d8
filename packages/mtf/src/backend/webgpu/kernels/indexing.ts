import {
  type Extent,
  extentsOf,
  only,
  rangeIn,
  sizeOf,
  stridesOf,
  without,
} from "../../slices/walk.ts";
import { each } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { single, type Wgsl } from "./kernel.ts";

/** 1 where the index is the position along the new dim. */
export const oneHot: Wgsl<"oneHot"> = ({ dim }, [ids], [result]) => {
  const extents = extentsOf(result!);
  const { begin } = rangeIn(result!, dim);
  const [id, place] = placesAt("i", extents, [stridesOf(extentsOf(ids!)), { [dim]: 1 }]);
  const body = `  y0[i] = select(0, 1, x0[${id}] == i32(${place}) + ${begin});`;
  const float = `  y0[i] = select(0.0, 1.0, x0[${id}] == i32(${place}) + ${begin});`;
  const { dtype } = result!;
  const shader = each(sizeOf(extents), {
    reads: ["int32"],
    writes: [dtype],
    body: dtype === "float32" ? float : body,
  });
  return single(shader, [ids!], [result!]);
};

/** Rows of a table, zeros for those that are not in the slice. */
export const gather: Wgsl<"gather"> = ({ dim }, [table, ids], [result]) => {
  const extents = extentsOf(result!);
  const { begin, size } = rangeIn(table!, dim);
  const { [dim]: step, ...strides } = stridesOf(extentsOf(table!));
  const [id, row] = placesAt("i", extents, [stridesOf(extentsOf(ids!)), strides]);
  const shader = each(sizeOf(extents), {
    reads: [table!.dtype, "int32"],
    writes: [result!.dtype],
    body: `  let at = x1[${id}] - ${begin};
  let inside = at >= 0 && at < ${size};
  let value = x0[${row} + u32(select(0, at, inside)) * ${step}u];
  y0[i] = select(${result!.dtype === "float32" ? "0.0" : "0"}, value, inside);`,
  });
  return single(shader, [table!, ids!], [result!]);
};

/** Rows in place of others: of several for one place the last. */
export const scatter: Wgsl<"scatter"> = ({ dim }, [x, rows, ids], [result]) => {
  const extents = extentsOf(result!);
  const { begin } = rangeIn(result!, dim);
  const own = ownDims(extentsOf(ids!), extents);
  const strides = [x!, rows!, ids!].map((slice) => stridesOf(extentsOf(slice)));
  const [old, row, id, place] = placesAt("i", extents, [
    strides[0]!,
    { ...strides[1], [dim]: 0 },
    strides[2]!,
    { [dim]: 1 },
  ]);
  const [rowAlong, idAlong] = placesAt("j", own, [strides[1]!, strides[2]!]);
  const shader = each(sizeOf(extents), {
    reads: [x!.dtype, rows!.dtype, "int32"],
    writes: [result!.dtype],
    body: `  let place = i32(${place}) + ${begin};
  var value = x0[${old}];
  for (var j = 0u; j < ${sizeOf(own)}u; j++) {
    if (x2[${id} + ${idAlong}] == place) { value = x1[${row} + ${rowAlong}]; }
  }
  y0[i] = value;`,
  });
  return single(shader, [x!, rows!, ids!], [result!]);
};

/** The dims of ids that the table lacks: it has a row for each of their elements. */
export function ownDims(ids: readonly Extent[], table: readonly Extent[]): readonly Extent[] {
  return without(
    ids,
    only(
      ids,
      table.map((e) => e.name),
    ).map((e) => e.name),
  );
}
