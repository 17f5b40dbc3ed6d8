import { pagedOf } from "../../../ops/pagedAttention/operands.ts";
import { arrange } from "../arrange.ts";
import type { BindHeap } from "../context.ts";
import { bindCollected } from "./paged/collected.ts";
import { pagedLoopOf } from "./paged/loop.ts";
import { isThere, reachOf } from "./paged/reach.ts";

/** So many queries of a row repay that its keys and values are put next to each other. */
const many = 8;

/**
 * Attention to what lies in blocks, a row after the other: it takes as long as there are tokens, however
 * wide the table is. Few queries read keys and values where they lie.
 */
export const pagedAttention: BindHeap<"pagedAttention"> = (
  context,
  attributes,
  operands,
  results,
  reuse,
) => {
  const { heap, kernels } = context;
  const { attendPaged } = kernels.attention;
  const loop = pagedLoopOf(attributes, operands, results[0]!);
  const { wanted, rows, depth, blocks, size, pages, window, query, result, keys, values } = loop;
  const collected = bindCollected(context, loop);
  return arrange(context, operands, results, reuse, wanted, (inputs, [output]) => {
    const { table, before, counts } = pagedOf(inputs);
    const at = pagedOf(inputs.map(({ block }) => block.offset));
    const to = output!.block.offset;
    const [had, fresh] = [heap.view(before), heap.view(counts)];
    const reaches = Array.from({ length: rows }, (_, row) => reachOf(loop, had[row]!, fresh[row]!));
    if (reaches.some(({ queries }) => queries < loop.queries)) heap.view(output!).fill(0);
    for (const [row, reach] of reaches.entries()) {
      const { queries, position, begin, end } = reach;
      if (queries >= many && isThere(loop, reach, heap.view(table), row)) {
        collected(row, reach, at, to);
        continue;
      }
      if (queries === 0) continue;
      const x = heap.scratch(4 * Math.max(0, end - begin));
      const pagesAt = at.table + 4 * pages * row;
      for (const [head, from] of keys.head.entries()) {
        const [k, v] = [at.keys + from, at.values + values.head[head]!];
        for (let group = 0; group < query.group.length; group++) {
          let q = at.query + query.row[row]! + query.head[head]! + query.group[group]!;
          let y = to + result.row[row]! + result.head[head]! + result.group[group]!;
          for (let i = position; i < position + queries; i++) {
            // biome-ignore format: each line says what it is of
            attendPaged!(
              y, q, depth,
              k, keys.block, keys.step,
              v, values.block, values.step,
              pagesAt, blocks, size,
              begin, end, i - window + 1, i + 1, x,
            );
            q += query.step;
            y += result.step;
          }
        }
      }
    }
  });
};
