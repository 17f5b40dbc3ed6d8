import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { filled } from "../../ops/constant/constant.ts";
import { runningSum } from "../../ops/cumsum/cumsum.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { rowsOf } from "../../ops/gather/gather.ts";
import { count } from "../../ops/iota/iota.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { putRows } from "../../ops/scatter/scatter.ts";
import { chosen } from "./best.ts";
import type { Assignment, Gating, TokensChoose } from "./gating.ts";
import { both } from "./important.ts";

/**
 * Places in the order of the tokens: those behind an expert's last place have none. Second choices
 * queue behind the first that have found one.
 */
export function queue(
  { choices, once }: TokensChoose,
  gating: Gating,
  places: Dimension,
): Assignment {
  const { tokens, experts } = gating;
  let taken: AnyTensor | undefined;
  let left: AnyTensor | undefined;
  let place: AnyTensor | undefined;
  let gates: AnyTensor | undefined;
  for (const { expert, gate, sent } of choices) {
    const mask = both(both(chosen(expert, experts), sent), left)!;
    const before = runningSum(apply("toInt32", mask), tokens.name, true, false);
    const position = taken ? apply("add", before, taken) : before;
    const kept = apply("and", mask, apply("less", position, places.size));
    const held = apply("toInt32", kept);
    const more = reduction("sum", held, [tokens.name]);
    taken = taken ? apply("add", taken, more) : more;
    place = apply("where", kept, position, place ?? -1);
    gates = apply("where", kept, gate, gates ?? 0);
    if (!once) continue;
    const waits = apply("equal", reduction("sum", held, [experts.name]), 0);
    left = both(left, waits);
  }
  return tokensAt(place!, gates!, gating, places);
}

/** The places from the tokens' view, [… groups, tokens, experts], seen from the experts. */
function tokensAt(
  place: AnyTensor,
  gates: AnyTensor,
  { tokens, experts }: Gating,
  places: Dimension,
): Assignment {
  const groups = dimsOf(place).filter((d) => d.name !== tokens.name && d.name !== experts.name);
  // Experts first: what one of them multiplies then lies together.
  const empty = filled(-1, [experts, ...groups, places], "int32");
  const names = spread(count(tokens), dimsOf(place));
  const token = putRows(empty, names, place, places.name, true);
  // A row outside of the table is 0.
  return { token, weight: rowsOf(gates, token, tokens.name) };
}
