import type { PagedOperands } from "../../../../ops/pagedAttention/operands.ts";
import type { Context } from "../../context.ts";
import { forSizes, matrixProduct } from "../matrix.ts";
import type { PagedLoop } from "./loop.ts";
import type { Reach } from "./reach.ts";

/** The most queries of a product. */
const mostRows = 64;

/**
 * The queries of a row, all of whose tokens are there: keys and values of a head are put next to each other,
 * which a product of matrices takes once for many queries.
 */
export function bindCollected(
  context: Context,
  { depth, size, pages, window, query, result, keys, values }: PagedLoop,
): (row: number, reach: Reach, at: PagedOperands<number>, to: number) => void {
  const { heap, kernels } = context;
  const { collectPaged, weighNear, scaleRows } = kernels.attention;
  const products = forSizes((row, count) => {
    const step = stepOf(count);
    return {
      compare: matrixProduct(context, { row, column: count, depth }, [
        { dims: ["row", "depth"], step: query.step / 4 },
        { dims: ["column", "depth"], step: depth },
        { dims: ["row", "column"], step },
      ]),
      mix: matrixProduct(context, { row, column: depth, depth: count }, [
        { dims: ["row", "depth"], step },
        { dims: ["depth", "column"], step: depth },
        { dims: ["row", "column"], step: result.step / 4 },
      ]),
    };
  });
  return (row, { queries, position, begin, end }, at, to) => {
    const table = at.table + 4 * pages * row;
    const count = end - begin;
    const step = stepOf(count);
    const most = Math.min(queries, mostRows);
    const space = heap.allocate([2 * count * depth + most * (step + 1)], "float32");
    const ownKeys = space.block.offset;
    const ownValues = ownKeys + 4 * count * depth;
    const scales = ownValues + 4 * count * depth;
    const x = scales + 4 * most;
    const span = [table, size, begin, end] as const;
    for (const [head, from] of keys.head.entries()) {
      collectPaged!(ownKeys, depth, at.keys + from, keys.block, keys.step, ...span);
      const read = at.values + values.head[head]!;
      collectPaged!(ownValues, depth, read, values.block, values.step, ...span);
      for (let group = 0; group < query.group.length; group++) {
        const [own, made] = [query, result].map(
          (places) => places.row[row]! + places.head[head]! + places.group[group]!,
        );
        for (let i = 0; i < queries; i += most) {
          const rows = Math.min(most, queries - i);
          const { compare, mix } = products(rows, count);
          compare(at.query + own! + i * query.step, ownKeys, x);
          weighNear!(x, 4 * step, rows, count, position + i + 1 - begin, window, scales);
          const y = to + made! + i * result.step;
          mix(x, ownValues, y);
          scaleRows!(y, result.step, rows, depth, scales);
        }
      }
    }
    heap.dispose(space);
  };
}

/** How far apart rows of products are. Not by a power of two: they would compete for places in the cache. */
function stepOf(count: number): number {
  return 4 * Math.ceil(count / 4) + 16;
}
