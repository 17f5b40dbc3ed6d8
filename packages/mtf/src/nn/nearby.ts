import type { Dimension } from "../dimension.ts";
import { fromOneLine } from "../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { count } from "../ops/iota/iota.ts";
import { padded } from "../ops/pad/pad.ts";
import { renamed } from "../ops/rename/rename.ts";
import { reshaped } from "../ops/reshape/reshape.ts";
import { sliced } from "../ops/slice/slice.ts";
import { halo } from "../ops/window/halo.ts";
import { attention, type Scoring } from "./attention.ts";

/** How far positions see along a dim, and its blocks, the last of which may reach beyond its end. */
export interface Reach {
  readonly along: Dimension;
  readonly back: number;
  readonly ahead: number;
  readonly count: number;
  readonly size: number;
  /** What a block looks at beside itself. */
  readonly margins: { readonly before: number; readonly after: number };
  /** Dims of what lies in blocks and beside them: none of a user's. Blocks lie as positions do. */
  readonly inside: string;
  readonly beside: string;
}

/**
 * Along the dim, which is the n-th of those that positions are near each other in. Blocks are of about
 * half of what a position sees: of smaller ones there are many, of larger ones much is computed that
 * nobody sees. Of two to a half of that, those that make up the dim are taken.
 */
export function reachOf(along: Dimension, back: number, ahead: number, n = 0): Reach {
  const [inside, beside] = ["~inside", "~beside"].map((name) =>
    n === 0 ? name : `${name}${n + 1}`,
  );
  const half = (back + ahead + 1) / 2;
  const far = (blocks: number): number => Math.abs(Math.log(along.size / blocks / half));
  const [best] = divisorsOf(along.size)
    .filter((blocks) => far(blocks) <= Math.log(2))
    .sort((a, b) => far(a) - far(b));
  const size = Math.ceil(along.size / (best ?? Math.max(1, Math.floor(along.size / half))));
  const many = Math.ceil(along.size / size);
  const rest = (many - 1) * size;
  const margins = { before: Math.min(back, rest), after: Math.min(ahead, rest) };
  return { along, back, ahead, size, margins, count: many, inside: inside!, beside: beside! };
}

/** What divides a size, smallest first. */
function divisorsOf(size: number): readonly number[] {
  const [small, large]: number[][] = [[], []];
  for (let i = 1; i * i <= size; i++) {
    if (size % i !== 0) continue;
    small!.push(i);
    if (i * i < size) large!.unshift(size / i);
  }
  return [...small!, ...large!];
}

/** What attention to what is near is beside its reaches. */
interface Nearby extends Pick<Scoring<never>, "extra" | "weights"> {
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
  { within, scale, segment, extra, weights }: Nearby,
): AnyTensor {
  const cut = (x: AnyTensor) => reaches.reduce(inBlocks, x);
  const reached = (x: AnyTensor) => together(reaches.reduce(withMargins, cut(x)), reaches);
  const [visible, ...blocks] = fromOneLine(() => {
    const seen = together(
      reaches.map(near).reduce((all, one) => apply("and", all, one)),
      reaches,
    );
    const alike = segment && apply("equal", cut(segment), reached(segment));
    const both = alike ? apply("and", seen, alike) : seen;
    return [both, cut(query), reached(keys), reached(values)] as const;
  });
  const result = attention(...(blocks as unknown as Parts), {
    ...{ over: reaches[0]!.beside, within, scale, extra, weights },
    visible: visible as Tensor<string, "bool">,
  });
  return fromOneLine(() => reaches.reduce((x, reach) => whole(x, reach), result as AnyTensor));
}

/** Queries, keys and values in blocks. */
type Parts = readonly [Tensor<string>, Tensor<string>, Tensor<string>];

function inBlocks(x: AnyTensor, { along: { name, size: length }, count, size, inside }: Reach) {
  const even = count * size === length ? x : padded(x, name, 0, count * size, 0);
  const dims = [
    { name, size: count },
    { name: inside, size },
  ];
  return reshaped(even, [name], dims);
}

/** Without blocks, and what the last of them has beyond the end. */
function whole(x: AnyTensor, { along: { name, size: length }, count, size, inside }: Reach) {
  const merged = reshaped(x, [name, inside], [{ name, size: count * size }]);
  return count * size === length ? merged : sliced(merged, name, 0, length);
}

/** Blocks with what lies beside them, whose positions have another name. */
function withMargins(x: AnyTensor, { along, margins, inside, beside }: Reach): AnyTensor {
  const wide = halo(x as Tensor<string, "float32">, along.name, inside as never, margins);
  return renamed(wide, inside, beside);
}

/** What is seen along several dims, as one dim. */
function together(x: AnyTensor, reaches: readonly Reach[]): AnyTensor {
  if (reaches.length === 1) return x;
  const names = reaches.map(({ beside }) => beside);
  const sizes = names.map((name) => dimsOf(x).find((d) => d.name === name)!.size);
  return reshaped(x, names, [{ name: names[0]!, size: sizes.reduce((n, size) => n * size) }]);
}

/** Which of a block and its margins each of its positions sees: none beyond the ends of the dim. */
function near({
  along,
  back,
  ahead,
  count: many,
  size,
  margins,
  inside,
  beside,
}: Reach): AnyTensor {
  const { before, after } = margins;
  const reach = { name: beside, size: before + size + after };
  const other = apply("add", count(reach), -before);
  const distance = apply("sub", other, count({ name: inside, size }));
  const start = apply("mul", count({ name: along.name, size: many }), size);
  const place = apply("add", start, other);
  const seen = apply(
    "and",
    apply("greaterEqual", distance, -back),
    apply("lessEqual", distance, ahead),
  );
  const there = apply("and", apply("greaterEqual", place, 0), apply("less", place, along.size));
  return apply("and", seen, there);
}
