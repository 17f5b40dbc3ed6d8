import type { Dimension } from "../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { count } from "../ops/iota/iota.ts";
import { renamed } from "../ops/rename/rename.ts";
import { reshaped } from "../ops/reshape/reshape.ts";
import { halo } from "../ops/window/halo.ts";
import { attention } from "./attention.ts";

/** How far positions see along a dim, and the dims of its blocks: none of a user's. */
export interface Reach {
  readonly along: Dimension;
  readonly back: number;
  readonly ahead: number;
  readonly size: number;
  readonly block: string;
  readonly beside: string;
}

/** Along the dim, which is the n-th of those that positions are near each other in. */
export function reachOf(along: Dimension, back: number, ahead: number, n = 0): Reach {
  const [block, beside] = ["~blocks", "~beside"].map((name) =>
    n === 0 ? name : `${name}${n + 1}`,
  );
  const size = blockSize(along.size, back + ahead + 1);
  return { along, back, ahead, size, block: block!, beside: beside! };
}

/** What attention to what is near is beside its reaches. */
interface Nearby {
  readonly within: string;
  readonly scale: number;
  /** Only positions of the same number see each other. */
  readonly segment: AnyTensor | undefined;
}

/**
 * Attention of each position to those within reach. Positions are put in blocks, and each block looks at
 * itself and its margins.
 */
export function attentionNearby(
  query: AnyTensor,
  keys: AnyTensor,
  values: AnyTensor,
  reaches: readonly Reach[],
  { within, scale, segment }: Nearby,
): AnyTensor {
  const cut = (x: AnyTensor) => reaches.reduce(inBlocks, x);
  const reached = (x: AnyTensor) => together(reaches.reduce(withMargins, cut(x)), reaches);
  let visible = together(
    reaches.map(near).reduce((all, one) => apply("and", all, one)),
    reaches,
  );
  if (segment) visible = apply("and", visible, apply("equal", cut(segment), reached(segment)));
  const result = attention(
    cut(query) as Tensor<string>,
    reached(keys) as Tensor<string>,
    reached(values) as Tensor<string>,
    { over: reaches[0]!.beside, within, scale, visible: visible as Tensor<string, "bool"> },
  );
  return reaches.reduce(
    (x, { block, along }) => reshaped(x, [block, along.name], [along]),
    result as AnyTensor,
  );
}

/** A length of blocks that make up a dim: near what a position sees, so that little is seen in vain. */
function blockSize(length: number, seen: number): number {
  const divisors = Array.from({ length }, (_, i) => i + 1).filter((n) => length % n === 0);
  const below = divisors.filter((n) => n <= seen).at(-1)!;
  return 4 * below >= seen ? below : (divisors.find((n) => n > seen) ?? length);
}

function inBlocks(x: AnyTensor, { along, size, block }: Reach): AnyTensor {
  const blocks = { name: block, size: along.size / size };
  return reshaped(x, [along.name], [blocks, { name: along.name, size }]);
}

/** Blocks with what lies beside them, whose positions have another name. */
function withMargins(x: AnyTensor, { along, back, ahead, block, beside }: Reach): AnyTensor {
  const margins = { before: back, after: ahead };
  const wide = halo(x as Tensor<string, "float32">, block, along.name as never, margins);
  return renamed(wide, along.name, beside);
}

/** What is seen along several dims, as one dim. */
function together(x: AnyTensor, reaches: readonly Reach[]): AnyTensor {
  if (reaches.length === 1) return x;
  const names = reaches.map(({ beside }) => beside);
  const sizes = names.map((name) => dimsOf(x).find((d) => d.name === name)!.size);
  return reshaped(x, names, [{ name: names[0]!, size: sizes.reduce((n, size) => n * size) }]);
}

/** Which of a block and its margins each of its positions sees: none beyond the ends of the dim. */
function near({ along, size, back, ahead, block, beside }: Reach): AnyTensor {
  const blocks = { name: block, size: along.size / size };
  const reach = { name: beside, size: back + size + ahead };
  const other = apply("add", count(reach), -back);
  const distance = apply("sub", other, count({ name: along.name, size }));
  const place = apply("add", apply("mul", count(blocks), size), other);
  const seen = apply(
    "and",
    apply("greaterEqual", distance, -back),
    apply("lessEqual", distance, ahead),
  );
  const there = apply("and", apply("greaterEqual", place, 0), apply("less", place, along.size));
  return apply("and", seen, there);
}
