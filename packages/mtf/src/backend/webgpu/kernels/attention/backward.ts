import type { Attending } from "../../../../graph/kinds.ts";
import { attendedOf } from "../../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../../backend.ts";
import type { Pass, Wgsl } from "../kernel.ts";
import { matrixOf, type Outer } from "./arrays.ts";
import { drawing } from "./drawn.ts";
import { type Integers, integersOf } from "./integers.ts";
import { type Loop, loopOf } from "./loop.ts";
import { linesOf, type Numbers, numbersIn, type Side, segmentsIn } from "./numbers.ts";
import { streaming } from "./stream.ts";
import { compared, four, leaving, mixed, type Tile } from "./tile.ts";
import { dropped } from "./weights.ts";

/**
 * The gradients of attention: weights are made again from the logarithms of their sums, a tile at a time.
 * Keys and values stream by queries for the queries' gradient, and queries by keys for those of keys
 * and values, of which each has a pass, since a GPU may bind no more than eight arrays.
 */
export const flashAttentionGrad: Wgsl<"flashAttentionGrad"> = (attributes, operands, results) => {
  if (attributes.bias) return undefined;
  const room = operands.length + results.length;
  const integers = integersOf(attributes, operands, room);
  const loop = loopOf(attributes, operands);
  const gradient = { attributes, operands, results, loop, integers };
  const some = integers.size > 0;
  return {
    rooms: some ? [{ size: integers.size, dtype: "int32" }] : [],
    passes: [
      ...integers.passes,
      passOf(gradient, 0, "queries"),
      passOf(gradient, 1, "keys"),
      passOf(gradient, 2, "keys"),
    ],
  };
};

interface Gradient {
  readonly attributes: Attending;
  readonly operands: readonly Slice[];
  readonly results: readonly Slice[];
  readonly loop: Loop;
  readonly integers: Integers;
}

/** The pass that makes one of the results, whose rows a workgroup has tiles of. */
function passOf(
  { attributes, operands, results, loop, integers }: Gradient,
  result: 0 | 1 | 2,
  rows: Side,
): Pass {
  const { along, over, within, causal, segments, rate } = attributes;
  const at = attendedOf(
    attributes,
    operands.map((_, i) => i),
  );
  const [dy, log, delta] = at.rest as [number, number, number];
  const isOfValues = result === 2;
  const room = operands.length + results.length;
  const bound = [
    ...[at.query, at.keys, dy, log],
    ...(isOfValues ? [] : [at.values, delta]),
    ...(integers.size > 0 ? [room] : []),
  ];
  const array = (tensor: number) => `x${bound.indexOf(tensor)}`;
  const outer: Outer =
    rows === "queries"
      ? { z: [...loop.shared, ...loop.groups], g: [] }
      : { z: loop.shared, g: loop.groups };
  const matrix = (name: string, operand: number, dim: string) =>
    matrixOf(outer, name, [array(operand), operands[operand]!], dim, within);
  const [q, slope] = [matrix("qAt", at.query, along), matrix("dyAt", dy, along)];
  const [k, v] = [matrix("kAt", at.keys, over), matrix("vAt", at.values, over)];
  const products = (name: string, ofQueries: typeof q, ofKeys: typeof q) => (tile: Tile) =>
    rows === "queries"
      ? compared(tile, name, [ofQueries, "tileAt"], [ofKeys, "at"])
      : compared(tile, name, [ofKeys, "tileAt"], [ofQueries, "at"]);
  const weighed = (i: string) => {
    const drop = (weights: string) => dropped(rows, rate, weights, i);
    const numbers = (name: string) => (rows === "queries" ? `${name}.${i}` : name);
    const falling = `weight_${i} * (${drop(`d_${i}`)} - ${numbers("delta")})`;
    const given = isOfValues ? drop(`weight_${i}`) : `select(vec4f(), ${falling}, seen_${i})`;
    return `    let weight_${i} = select(vec4f(), exp(s_${i} - ${numbers("log")}), seen_${i});
    let given_${i} = ${given};
`;
  };
  const ofQueries = (name: string, operand: number): Numbers =>
    numbersIn(outer, name, [array(operand), operands[operand]!], "queries", along);
  const others = at.segments?.map((operand, i) => {
    return [array(room), operands[operand]!, i === 0 ? integers.own : integers.others] as const;
  });
  const word = (n: number) => `${array(room)}[${integers.key + n}]`;
  const shader = streaming({
    ...{ loop, outer },
    looking: { rows, causal, first: loop.first, segments },
    reads: bound.map((tensor) => operands[tensor]?.dtype ?? "int32"),
    writes: ["float32"],
    matrices: [q, k, slope, ...(isOfValues ? [] : [v])],
    numbers: [
      ...(others ? segmentsIn(outer, attributes, others) : []),
      ...(rate > 0 ? [linesOf(outer, loop, along)] : []),
      ofQueries("log", log),
      ...(isOfValues ? [] : [ofQueries("delta", delta)]),
    ],
    functions: rate > 0 ? drawing([word(0), word(1)], loop.memory, rate) : "",
    step: (tile, pieces) =>
      [
        products("s", q, k)(tile),
        ...(isOfValues ? [] : [products("d", slope, v)(tile)]),
        ...four.map(weighed),
        leaving(tile, "given"),
        mixed(tile, [k, q, slope][result]!, pieces),
      ].join(""),
    to: matrixOf(outer, "to", ["y0", results[result]!], result === 0 ? along : over, within),
  });
  return { shader, tensors: [...bound, operands.length + result] };
}
