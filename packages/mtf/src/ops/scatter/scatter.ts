import { recordArgument } from "../../arguments.ts";
import { type Dimension, elements, type Without } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type NamesOf, type Tensor } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import {
  dtypesDiffer,
  hasDim,
  misuse,
  namedDim,
  requireFree,
  tensorArgument,
  unionDims,
} from "../check.ts";
import { filled } from "../constant/constant.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import { reshaped } from "../reshape/reshape.ts";

/** Rows in place of x's along `dim`. */
export function putRows(
  x: AnyTensor,
  rows: AnyTensor,
  ids: AnyTensor,
  dim: string,
  distinct: boolean,
): AnyTensor {
  const result = { dims: dimsOf(x), dtype: x.dtype };
  return makeTensor("scatter", { dim, distinct }, [x, rows, ids], result);
}

/** 0, 1, 2 … over dims, the first slowest, the same along the other dims of a tensor. */
export function ordinals(dims: readonly Dimension[], along: AnyTensor): AnyTensor {
  const order = dims.reduce<AnyTensor>(
    (outer, d) => apply("add", apply("mul", outer, d.size), count(d)),
    filled(0, [], "int32"),
  );
  return spread(order, dimsOf(along));
}

/** Where along some of a tensor's dims rows go. */
// biome-ignore lint/suspicious/noExplicitAny: dims of any names
export type Places<A extends string> = { readonly [dim in A]?: Tensor<any, "int32"> };

// A name that no dimension of a user can have.
const merged = "~rows";

/**
 * The tensor with rows of it replaced. `ids` says, for some of its dims, where along them each row
 * of `rows` goes: the rows have the ids' dims in place of these. A row outside vanishes; of several
 * rows for one place the last stays. Where the tensor and the ids share dims they line up. What is
 * given up, such as a donated argument, is written to in place.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, and `dtype-mismatch` unless the ids
 * are int32 and the rows are of the tensor's dtype
 * @example
 * // [block, offset, kv] with rows [batch, kv] at the int32 [batch] pages and places
 * scatter(paged, fresh, { block: page, offset: place });
 */
export function scatter<A extends string, D extends DType, const Ids extends Places<A>>(
  x: Tensor<A, D>,
  rows: Tensor<Without<NoInfer<A>, keyof Ids & A> | NamesOf<Ids[keyof Ids]>, NoInfer<D>>,
  ids: Ids,
): Tensor<A, D> {
  const into = tensorArgument("scatter", "x", x);
  const values = tensorArgument("scatter", "rows", rows);
  if (into.dtype !== values.dtype) throw dtypesDiffer("scatter", into, values);
  recordArgument("scatter", "ids", ids, "an object of int32 tensors by dims");
  const entries = Object.entries(ids);
  const dims = entries.map(([name]) => namedDim("scatter", "ids", into, name));
  const places = entries.map(([name, at]) =>
    tensorArgument("scatter", `ids.${name}`, at, ["int32"]),
  );
  if (dims.length === 0) {
    const advice = into.names.length > 0 ? [`{ ${into.names[0]}: ids }`] : [];
    throw misuse("bad-argument", "scatter: no dim says where the rows go.", { x: into }, advice);
  }
  for (const { name } of dims) for (const at of places) requireFree("scatter", at, name);
  requireRows(into, values, dims, places);
  if (dims.length === 1) {
    const [at] = places as [AnyTensor];
    return putRows(into, values, at, dims[0]!.name, false) as never;
  }
  const names = dims.map((d) => d.name);
  const flat = reshaped(into, names, [{ name: merged, size: elements(dims) }]);
  const put = putRows(flat, values, placeIn(dims, places), merged, false);
  return spread(reshaped(put, [merged], dims), dimsOf(into)) as never;
}

/** The rows have the ids' dims and those of x but for the ones they are put along. */
function requireRows(
  x: AnyTensor,
  rows: AnyTensor,
  along: readonly Dimension[],
  ids: readonly AnyTensor[],
): void {
  unionDims("scatter", [x, rows, ...ids]);
  const kept = dimsOf(x).filter((d) => !along.some(({ name }) => name === d.name));
  const wanted = new Set([...kept, ...ids.flatMap(dimsOf)].map((d) => d.name));
  const missing = [...wanted].find((name) => !hasDim(rows, name));
  const foreign = (rows.names as readonly string[]).find((name) => !wanted.has(name));
  if (missing === undefined && foreign === undefined) return;
  throw misuse(
    missing === undefined ? "dim-taken" : "missing-dim",
    missing === undefined
      ? `scatter: neither the ids nor what is kept of x has the rows' dim '${foreign}'.`
      : `scatter: the rows have no dim '${missing}'.`,
    { x, rows },
    [],
    { dim: missing ?? foreign, dims: [...wanted] },
  );
}

/** Where a row lies among those of several dims merged; -1 where it is outside of one. */
function placeIn(dims: readonly Dimension[], ids: readonly AnyTensor[]): AnyTensor {
  const inside = dims.map((d, i) =>
    apply("and", apply("greaterEqual", ids[i]!, 0), apply("less", ids[i]!, d.size)),
  );
  const place = dims
    .map((d, i) => [d.size, ids[i]!] as const)
    .reduce<AnyTensor | undefined>(
      (outer, [size, at]) => (outer ? apply("add", apply("mul", outer, size), at) : at),
      undefined,
    )!;
  return apply(
    "where",
    inside.reduce((a, b) => apply("and", a, b)),
    place,
    -1,
  );
}
