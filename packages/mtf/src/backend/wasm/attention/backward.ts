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
 * The gradients of attention a block of queries at a time: its weights are made again, and what they
 * and their gradients give is added to the gradients of keys and values.
 */
export const flashAttentionGrad: BindHeap<"flashAttentionGrad"> = (
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
  const arranged = [
    ...arrangedOf(attributes, slices),
    ...[withLast(slices.rest[0]!, within), extentsOf(slices.rest[1]!), extentsOf(slices.rest[2]!)],
  ];
  const made = results.map((x, i) => withLast(x, i < 3 ? within : over));
  const of = attendedOf(attributes, arranged);
  const [q, dy, dq] = [of.query, of.rest[0]!, made[0]!].map((x) => rowsOf(loop, x, along));
  const [k, v, dk, dv] = [of.keys, of.values, made[1]!, made[2]!].map((x) => rowsOf(loop, x, over));
  const lifts = liftsIn(context, loop, attributes, of.bias);
  const liftsMade = liftsIn(context, loop, attributes, made[3]);
  const segmentsAt = segmentsIn(loop, attributes, of.segments);
  const [log, delta] = [of.rest[1]!, of.rest[2]!].map((x) => rowsOf(loop, x, along));
  const products = forSizes((rows, keys) => {
    const scores = { row: rows, column: keys, depth };
    const toQueries = { row: rows, column: depth, depth: keys };
    const toKeys = { row: keys, column: depth, depth: rows };
    const compared = (a: number, b: number) =>
      matrixProduct(context, scores, [
        { dims: ["row", "depth"], step: a },
        { dims: ["column", "depth"], step: b },
        { dims: ["row", "column"], step },
      ]);
    const added = (by: number, to: number) =>
      matrixProduct(
        context,
        toKeys,
        [
          { dims: ["depth", "row"], step },
          { dims: ["depth", "column"], step: by },
          { dims: ["row", "column"], step: to },
        ],
        true,
      );
    return {
      compare: compared(q!.step, k!.step),
      compareGradient: compared(dy!.step, v!.step),
      toQueries: matrixProduct(context, toQueries, [
        { dims: ["row", "depth"], step },
        { dims: ["depth", "column"], step: k!.step },
        { dims: ["row", "column"], step: dq!.step },
      ]),
      toKeys: added(q!.step, dk!.step),
      toValues: added(dy!.step, dv!.step),
    };
  });
  const draw = bindDraws(context, attributes, operands, loop);
  const { unweigh, drop } = kernels.attention;
  const wanted = { operands: arranged, results: made };
  return arrange(context, operands, results, reuse, wanted, (inputs, outputs) => {
    const read = attendedOf(attributes, inputs);
    const at = attendedOf(
      attributes,
      inputs.map(({ block }) => block.offset),
    );
    const [toQuery, toKeys, toValues, toBias] = outputs.map(({ block }) => block.offset);
    for (const sum of outputs.slice(1)) heap.view(sum).fill(0);
    const skips = areFinite(context, [read.query, read.keys, read.rest[0]!]);
    const space = heap.allocate([2 * room + (rate > 0 ? room : 0)], "float32");
    const x = space.block.offset;
    const dx = x + 4 * room;
    const draws = dx + 4 * room;
    for (let turn = 0; turn < turns; turn++) {
      for (const block of blocks) {
        const { begin, rows } = block;
        const keys = reachOf(loop, block, skips);
        const product = products(rows, keys);
        const query = at.query + q!.start[turn]! + 4 * begin * q!.step;
        const gradient = at.rest[0]! + dy!.start[turn]! + 4 * begin * dy!.step;
        product.compare(query, at.keys + k!.start[turn]!, x);
        lifts.lift(at.bias, x, turn, block, keys);
        product.compareGradient(gradient, at.values + v!.start[turn]!, dx);
        const drops = (y: number) => void drop!(y, draws, rows * step, rate, 1 / (1 - rate));
        if (rate > 0) {
          draw(at.key!, turn, block, keys, draws);
          drops(dx);
        }
        unweigh!(
          ...[x, dx, 4 * step, rows, keys, seenFrom(loop, block)],
          ...segmentsAt(at.segments, turn, block),
          ...[at.rest[1]! + log!.start[turn]! + 4 * begin * log!.step, 4 * log!.step],
          ...[at.rest[2]! + delta!.start[turn]! + 4 * begin * delta!.step, 4 * delta!.step],
        );
        liftsMade.gather(toBias, dx, turn, block, keys);
        product.toQueries(
          dx,
          at.keys + k!.start[turn]!,
          toQuery! + dq!.start[turn]! + 4 * begin * dq!.step,
        );
        product.toKeys(dx, query, toKeys! + dk!.start[turn]!);
        if (rate > 0) drops(x);
        product.toValues(x, gradient, toValues! + dv!.start[turn]!);
      }
    }
    heap.dispose(space);
  });
};
