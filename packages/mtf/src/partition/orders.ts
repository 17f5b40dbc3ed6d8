import { nodesOf } from "../graph/graph.ts";
import { nodesInside } from "../graph/inside.ts";
import type { RuleTable } from "../layout.ts";
import { conflictsOf } from "./conflicts.ts";
import type { Subject } from "./subject.ts";

/** So many dims that claim an axis of each other are tried in all orders; of more, two orders. */
const mostRivals = 3;

/**
 * The orders of a layout's rules that propose different things for the values in between: the order
 * in which they are written, then others of the dims that claim an axis of the same value. A plan is
 * sought from each, so that what it costs does not hang on the order.
 */
export function ordersOf({ traced, layout, conflicts }: Subject): readonly RuleTable[] {
  const inside = nodesOf(traced.graph).flatMap(nodesInside);
  const found = [...conflicts, ...conflictsOf(inside, layout)];
  const rivals = new Set(found.flatMap(({ dim, takenBy }) => [dim, takenBy]));
  const places = layout.rules.flatMap(([dim], i) => (rivals.has(dim) ? [i] : []));
  if (places.length === 0) return [layout.rules];
  const orders =
    places.length > mostRivals ? [places, places.toReversed()] : permutationsOf(places);
  return orders.map((order) => {
    return layout.rules.map((rule, i) => {
      const place = places.indexOf(i);
      return place < 0 ? rule : layout.rules[order[place]!]!;
    });
  });
}

/** All orders of some items, the one they are in first. */
function permutationsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutationsOf(items.toSpliced(i, 1)).map((others) => [item, ...others]),
  );
}
