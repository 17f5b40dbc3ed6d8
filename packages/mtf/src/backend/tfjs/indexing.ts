import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Attributes } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type Extent, extentsOf, rangeIn } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { expanded, merged, ordered, unmerged } from "./arrange.ts";
import type { Bind, BindOther, Step } from "./kernel.ts";
import { after } from "./maybe.ts";

/** 1 where the index is the position along the new dim. */
export const oneHot: Bind<"oneHot"> = ({ dim }, [ids], [result]) => {
  const { begin, size } = rangeIn(result!, dim);
  const order = ordered([...extentsOf(ids!), { name: dim, size }], extentsOf(result!));
  const attributes = { depth: size, onValue: 1, offValue: 0, dtype: result!.dtype };
  return (arena, [id]) => {
    const indices = arena.zip("Sub", id!, begin);
    return [order(arena, arena.call("OneHot", { indices }, attributes))];
  };
};

/** Rows added to a table of zeros, and then that to x. */
export function scatteredFirst(
  attributes: Attributes["scatterOnto"],
  [x, ...rows]: readonly Slice[],
  result: Slice,
  bind: BindOther,
): Step {
  const scatter = bind({ kind: "scatterAdd", attributes }, rows, [result]);
  const sum = { fn: "add", scalars: [null, null] } as const;
  const add = bind({ kind: "elementwise", attributes: sum }, [x!, result], [result]);
  return (arena, [before, ...given]) =>
    after(scatter(arena, given), ([made]) => add(arena, [before!, made!]));
}

/** Whether each index is in [begin, begin + size). */
export function inside(arena: Arena, ids: TensorInfo, begin: number, size: number): TensorInfo {
  const reached = arena.zip("GreaterEqual", ids, begin);
  return arena.zip("LogicalAnd", reached, arena.zip("Less", ids, begin + size));
}

/**
 * Rows of a table. GatherV2 throws at an index outside, so indices are clipped first, and zeros
 * selected afterwards.
 */
export const gather: Bind<"gather"> = ({ dim }, [table, ids], [result]) => {
  const { begin, size } = rangeIn(table!, dim);
  const [rows, places, all] = [extentsOf(table!), extentsOf(ids!), extentsOf(result!)];
  const named = (dims: readonly Extent[], e: Extent) => dims.some((d) => d.name === e.name);
  const row = rows.filter((e) => e.name === dim);
  const batch = rows.filter((e) => e.name !== dim && named(places, e));
  const others = rows.filter((e) => e.name !== dim && !named(places, e));
  const own = places.filter((e) => !named(batch, e));
  const arrangeTable = merged(rows, batch, row, others);
  const arrangeIds = merged(places, batch, own);
  const arrangeResult = unmerged(all, batch, own, others);
  const expandIds = expanded(places, all);
  const zero = { shape: all.map((e) => e.size), value: 0, dtype: result!.dtype };
  return (arena, [x, id]) => {
    const local = arena.zip("Sub", arrangeIds(arena, id!), begin);
    const indices = arena.zip("Minimum", arena.zip("Maximum", local, 0), size - 1);
    const inputs = { x: arrangeTable(arena, x!), indices };
    const found = arena.call("GatherV2", inputs, { axis: 1, batchDims: 1 });
    const condition = expandIds(arena, inside(arena, id!, begin, size));
    const t = arrangeResult(arena, found);
    return [arena.call("Select", { condition, t, e: arena.call("Fill", {}, zero) })];
  };
};
