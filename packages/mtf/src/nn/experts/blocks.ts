import type { Dimension } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { joined } from "../../ops/concat/concat.ts";
import { filled } from "../../ops/constant/constant.ts";
import { runningSum } from "../../ops/cumsum/cumsum.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { rowsOf } from "../../ops/gather/gather.ts";
import { count } from "../../ops/iota/iota.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { reshaped } from "../../ops/reshape/reshape.ts";
import { putRows } from "../../ops/scatter/scatter.ts";
import { sort } from "../../ops/sort/sort.ts";
import type { Choice, Gating, Seats, TokensChoose } from "./gating.ts";

// Names that no dimension of a user can have.
const slot = "~slot";
const rank = "~rank";
const blocks = "~block";
const row = "~row";

/**
 * A place for everybody (Gale and others, 2022): the choices of a group are sorted by expert, and cut
 * into blocks of rows that are of one expert each. Rows stay empty only at the end of an expert's last
 * block, so there are fewer of them than experts times rows, whatever is chosen.
 */
export function inBlocks(
  { choices, once }: TokensChoose,
  { logits, tokens, experts }: Gating,
  size: number | undefined,
): Seats {
  const asked = once ? choices.slice(0, 1) : choices;
  const slots = { name: slot, size: asked.length * tokens.size };
  const rows = {
    name: row,
    size: Math.min(size ?? defaultRows(slots.size, experts.size), slots.size),
  };
  const dims = dimsOf(logits).filter((d) => d.name !== experts.name);
  const line = (of: (choice: Choice) => AnyTensor) => inLine(asked.map(of), tokens, dims, slots);
  // Who is not sent is behind all experts.
  const expert = line(({ expert, sent }) =>
    sent ? apply("where", sent, expert, experts.size) : expert,
  );
  const held = countsOf(expert, experts);
  const blocksOf = apply("div", apply("add", held, rows.size - 1), rows.size);
  const end = runningSum(blocksOf, experts.name, false, false);
  const { values, indices: from } = sort(expert as Tensor<string, "int32">, slot);
  const sorted: AnyTensor = values;
  const first = (x: AnyTensor) => rowsOf(x, sorted, experts.name);
  const before = first(runningSum(held, experts.name, true, false));
  const start = first(apply("mul", apply("sub", end, blocksOf), rows.size));
  const place = apply("add", start, apply("sub", count(slots), before));
  const goes = apply("where", apply("less", sorted, experts.size), place, -1);
  const total = { name: blocks, size: mostBlocks(slots.size, experts.size, rows.size) };
  const groups = dims.filter((d) => d.name !== tokens.name);
  const all = { name: rank, size: total.size * rows.size };
  const empty = filled(-1, [...groups, all], "int32");
  const holding = reshaped(putRows(empty, from, goes, rank, true), [rank], [total, rows]);
  const taken = apply("greaterEqual", holding, 0);
  return {
    token: apply("where", taken, apply("mod", holding, tokens.size), -1),
    weight: rowsOf(
      line(({ gate }) => gate),
      holding,
      slot,
    ),
    owner: ownersOf(total, end, experts),
    held,
  };
}

/** As many rows as leave no more of them empty than there are choices. */
function defaultRows(slots: number, experts: number): number {
  return Math.max(1, Math.ceil(slots / experts));
}

/** Blocks there can be: every expert that is chosen may have one that is not full. */
function mostBlocks(slots: number, experts: number, rows: number): number {
  return Math.floor((slots + Math.min(experts, slots) * (rows - 1)) / rows);
}

/** The choices of all tokens one after the other: first all first ones. */
function inLine(
  xs: readonly AnyTensor[],
  tokens: Dimension,
  dims: readonly Dimension[],
  slots: Dimension,
): AnyTensor {
  const each = { name: rank, size: 1 };
  const parts = xs.map((x) => spread(x, [each, ...dims]));
  return reshaped(joined(parts, rank), [rank, tokens.name], [slots]);
}

function countsOf(expert: AnyTensor, experts: Dimension): AnyTensor {
  return reduction("sum", apply("toInt32", apply("equal", expert, count(experts))), [slot]);
}

/** The expert of each block: so many of them end at or before it; of one that stays empty the last. */
function ownersOf(total: Dimension, end: AnyTensor, experts: Dimension): AnyTensor {
  const ended = apply("toInt32", apply("greaterEqual", count(total), end));
  return apply("minimum", reduction("sum", ended, [experts.name]), experts.size - 1);
}
