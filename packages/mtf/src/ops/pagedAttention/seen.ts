import type { PagedAttending } from "../../graph/kinds.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import { reshaped } from "../reshape/reshape.ts";
import type { PagedOperands } from "./operands.ts";

/** The dim of a row's tokens. No dimension of a user can have its name. */
export const over = "~memory";

/** Which tokens of a row queries see: each, and any of the row's. */
export interface SeenTokens {
  readonly visible: AnyTensor;
  readonly reached: AnyTensor;
}

export function seenBy(
  { along, block, offset, page, window }: PagedAttending,
  { query, keys, table, before, counts }: PagedOperands<AnyTensor>,
): SeenTokens {
  const isBlock = both(
    apply("greaterEqual", table, 0),
    apply("less", table, dimNamed(keys, block).size),
  );
  const isThere = inRow(spread(isBlock, [...dimsOf(table), dimNamed(keys, offset)]), page, offset);
  const length = dimNamed(query, along);
  const [index, position] = [count(length), count(dimNamed(isThere, over))];
  const end = apply("add", before, apply("minimum", counts, length.size));
  const isNear = (distance: AnyTensor) =>
    window === null ? undefined : apply("less", distance, window);
  // The row's first query sees farthest back.
  const upToAll = both(apply("less", position, end), isNear(apply("sub", before, position)));
  const reached = both(isThere, upToAll);
  const distance = apply("sub", apply("add", before, index), position);
  const upToItself = both(apply("greaterEqual", distance, 0), isNear(distance));
  const visible = both(both(upToItself, apply("less", index, counts)), reached);
  return { visible, reached };
}

/** Pages and what is in each as one dim of a row's tokens. */
export function inRow(x: AnyTensor, page: string, offset: string): AnyTensor {
  const size = dimNamed(x, page).size * dimNamed(x, offset).size;
  return reshaped(x, [page, offset], [{ name: over, size }]);
}

function both(x: AnyTensor, y: AnyTensor | undefined): AnyTensor {
  return y ? apply("and", x, y) : x;
}

function dimNamed(x: AnyTensor, name: string): { readonly name: string; readonly size: number } {
  return dimsOf(x).find((d) => d.name === name)!;
}
