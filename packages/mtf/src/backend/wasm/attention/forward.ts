import { attendedOf } from "../../../ops/flashAttention/operands.ts";
import { extentsOf } from "../../slices/walk.ts";
import { arrange } from "../arrange.ts";
import type { BindHeap } from "../context.ts";
import { bindDraws } from "./draws.ts";
import { areFinite } from "./finite.ts";
import { liftsIn } from "./lifts.ts";
import { arrangedOf, loopOf, reachOf, rowsOf, seenFrom, withLast } from "./loop.ts";
import { forSizes, matrixProduct } from "./matrix.ts";
import { segmentsIn } from "./segments.ts";

/**
 * Attention a block of queries at a time: the products with the keys that it can see lie in a room of
 * their own, become weights there, and are multiplied with the values.
 */
export const flashAttention: BindHeap<"flashAttention"> = (
  context,
  attributes,
  operands,
  results,
  reuse,
) => {
  const { heap, kernels } = context;
  const { along, over, within, rate } = attributes;
  const loop = loopOf(attributes, operands);
  const { depth, step, blocks, turns, room } = loop;
  const slices = attendedOf(attributes, operands);
  const [last, logs] = [withLast(results[0]!, within), extentsOf(results[1]!)];
  const arranged = arrangedOf(attributes, slices);
  const [q, k, v] = [along, over, over].map((dim, i) => rowsOf(loop, arranged[i]!, dim));
  const of = attendedOf(attributes, arranged);
  const lifts = liftsIn(context, loop, attributes, of.bias);
  const segmentsAt = segmentsIn(loop, attributes, of.segments);
  const [y, log] = [rowsOf(loop, last, along), rowsOf(loop, logs, along)];
  const products = forSizes((row, keys) => ({
    compare: matrixProduct(context, { row, column: keys, depth }, [
      { dims: ["row", "depth"], step: q!.step },
      { dims: ["column", "depth"], step: k!.step },
      { dims: ["row", "column"], step },
    ]),
    mix: matrixProduct(context, { row, column: depth, depth: keys }, [
      { dims: ["row", "depth"], step },
      { dims: ["depth", "column"], step: v!.step },
      { dims: ["row", "column"], step: y.step },
    ]),
  }));
  const draw = bindDraws(context, attributes, operands, loop);
  const { weigh, scaleRows, drop } = kernels.attention;
  const mostRows = Math.max(...blocks.map(({ rows }) => rows));
  const wanted = { operands: arranged, results: [last, logs] };
  return arrange(context, operands, results, reuse, wanted, (inputs, outputs) => {
    const at = attendedOf(
      attributes,
      inputs.map(({ block }) => block.offset),
    );
    const [to, toLogs] = outputs.map(({ block }) => block.offset) as [number, number];
    const skips = areFinite(context, [inputs[2]!]);
    const space = heap.allocate([mostRows + room + (rate > 0 ? room : 0)], "float32");
    const scales = space.block.offset;
    const x = scales + 4 * mostRows;
    for (let turn = 0; turn < turns; turn++) {
      for (const block of blocks) {
        const { begin, rows } = block;
        const keys = reachOf(loop, block, skips);
        const { compare, mix } = products(rows, keys);
        const result = to + y.start[turn]! + 4 * begin * y.step;
        compare(at.query + q!.start[turn]! + 4 * begin * q!.step, at.keys + k!.start[turn]!, x);
        lifts.lift(at.bias, x, turn, block, keys);
        weigh!(
          ...[x, 4 * step, rows, keys, seenFrom(loop, block)],
          ...segmentsAt(at.segments, turn, block),
          ...[scales, toLogs + log.start[turn]! + 4 * begin * log.step, 4 * log.step],
        );
        if (rate > 0) {
          draw(at.key!, turn, block, keys, x + 4 * room);
          drop!(x, x + 4 * room, rows * step, rate, 1 / (1 - rate));
        }
        mix(x, at.values + v!.start[turn]!, result);
        scaleRows!(result, 4 * y.step, rows, depth, scales);
      }
    }
    heap.dispose(space);
  });
};
