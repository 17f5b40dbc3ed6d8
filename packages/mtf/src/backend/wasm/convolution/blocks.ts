import { type Extent, sizeOf, stridesOf, without } from "../../slices/walk.ts";
import type { Product } from "../blas/product.ts";
import type { Context } from "../context.ts";
import { bindCopyAt } from "../copy.ts";
import { bindProduct, type Factor, groupsOf } from "../product.ts";

/** So many elements of windows are copied at a time: they stay in the cache until they are multiplied. */
const most = 1 << 17;

/** How windows are gone through: some indices of dims one by one, the next dim in parts of so many. */
export interface Blocks {
  readonly single: readonly Extent[];
  readonly parted: Extent;
  readonly size: number;
}

/**
 * The blocks of windows that are multiplied one after the other: along dims that go with the one that
 * windows are taken along, the slowest first. A block that is all of them is one, too.
 */
export function blocksOf({ extents }: Factor, dim: string, b: Factor, c: Factor): Blocks {
  const among = (name: string) => `${name in b.strides} ${name in c.strides}`;
  const dims = extents.filter(({ name }) => among(name) === among(dim));
  let left = sizeOf(extents);
  let at = 0;
  while (at < dims.length - 1 && left / dims[at]!.size > most) left /= dims[at++]!.size;
  const parted = dims[at]!;
  const size = Math.max(1, Math.min(parted.size, Math.floor(most / (left / parted.size))));
  return { single: dims.slice(0, at), parted, size };
}

/** A block of windows, packed, and the part of another factor that goes with it. */
export interface Block {
  readonly packed: Factor;
  readonly within: (factor: Factor) => Factor;
}

/** The block of so many indices of the parted dim. */
export function blockOf({ extents }: Factor, { single, parted }: Blocks, size: number): Block {
  const names = single.map(({ name }) => name);
  const cut = (all: readonly Extent[]) =>
    without(all, names).map((e) => (e.name === parted.name ? { ...e, size } : e));
  const own = cut(extents);
  return {
    packed: { extents: own, strides: stridesOf(own) },
    within: (factor) => ({ extents: cut(factor.extents), strides: factor.strides }),
  };
}

/** A product with windows of which a block after the other is packed. */
export function bindBlocks(
  context: Context,
  windows: Factor,
  blocks: Blocks,
  b: Factor,
  c: Factor,
  adding: boolean,
): Product {
  const { heap } = context;
  const { single, parted, size } = blocks;
  const bindBlock = (size: number) => {
    const { packed, within } = blockOf(windows, blocks, size);
    const groups = groupsOf(packed, within(b), within(c));
    return {
      copy: bindCopyAt(context, 4, packed.extents, windows.strides, packed.strides),
      set: bindProduct(context, groups),
      add: bindProduct(context, groups, true),
      elements: sizeOf(packed.extents),
    };
  };
  const [full, rest] = [bindBlock(size), bindBlock(parted.size % size || size)];
  const stepsOf = (name: string) => [windows, b, c].map(({ strides }) => 4 * (strides[name] ?? 0));
  let turns = [{ at: [0, 0, 0], again: adding, block: full }];
  for (const { name, size: count, by, ofParts } of [
    ...single.map((dim) => ({ ...dim, by: 1, ofParts: false })),
    { ...parted, by: size, ofParts: true },
  ]) {
    const steps = stepsOf(name);
    // What the result has no dim for is added up in it.
    const summed = !(name in c.strides);
    turns = turns.flatMap(({ at, again, block }) =>
      Array.from({ length: Math.ceil(count / by) }, (_, i) => ({
        at: at.map((place, k) => place + i * by * steps[k]!),
        again: again || (summed && i > 0),
        block: ofParts && (i + 1) * by > count ? rest : block,
      })),
    );
  }
  return (x, y, z) => {
    const packed = heap.allocate([full.elements], "float32");
    for (const { at, again, block } of turns) {
      block.copy(x + at[0]!, packed.block.offset);
      const multiply = again ? block.add : block.set;
      multiply(packed.block.offset, y + at[1]!, z + at[2]!);
    }
    heap.dispose(packed);
  };
}
