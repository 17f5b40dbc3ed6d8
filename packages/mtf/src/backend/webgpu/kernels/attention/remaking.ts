import type { Attending } from "../../../../graph/kinds.ts";
import { attendedOf } from "../../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../../backend.ts";
import { matrixOf, type Outer } from "./arrays.ts";
import { lifted, ofProducts } from "./bias.ts";
import { drawing } from "./drawn.ts";
import type { Integers } from "./integers.ts";
import type { Loop } from "./loop.ts";
import { linesOf, type Numbers, numbersIn, type Side, segmentsIn } from "./numbers.ts";
import type { Packed } from "./packed.ts";
import type { Streaming } from "./stream.ts";
import { compared, four, type Matrix, type Tile } from "./tile.ts";
import { dropped } from "./weights.ts";

/** What all passes have in common. */
export interface Gradient {
  readonly attributes: Attending;
  readonly operands: readonly Slice[];
  readonly results: readonly Slice[];
  readonly loop: Loop;
  readonly integers: Integers;
  /** The logarithms of queries' sums, and what is taken from the gradients of their weights. */
  readonly floats: Packed;
}

/** A pass that makes weights again, but for what it makes of them. */
interface Remaking {
  /** The tensors that are read, in order. */
  readonly bound: readonly number[];
  readonly parts: Omit<Streaming, "step">;
  /** Makes `given_x` to `given_w`: gradients of products, or the weights by which values were mixed. */
  readonly step: (tile: Tile) => string;
  readonly q: Matrix;
  readonly k: Matrix;
  /** The gradients of results. */
  readonly slope: Matrix;
}

/** @param isOfValues whether it is the weights that are wanted, and not the gradients of products */
export function remaking(
  { attributes, operands, loop, integers, floats }: Gradient,
  outer: Outer,
  rows: Side,
  isOfValues: boolean,
): Remaking {
  const { along, over, within, causal, segments, rate } = attributes;
  const at = attendedOf(
    attributes,
    operands.map((_, i) => i),
  );
  const [dy, log, delta] = at.rest as [number, number, number];
  const bound = [
    ...[at.query, at.keys, dy, floats.tensor],
    ...(isOfValues ? [] : [at.values]),
    ...(at.bias === undefined ? [] : [at.bias]),
    ...integers.rooms.map(() => integers.tensor),
  ];
  const array = (tensor: number) => `x${bound.indexOf(tensor)}`;
  const lying = (operand: number) => [array(operand), operands[operand]!] as const;
  const q = matrixOf(outer, "qAt", lying(at.query), along, within);
  const slope = matrixOf(outer, "dyAt", lying(dy), along, within);
  const k = matrixOf(outer, "kAt", lying(at.keys), over, within);
  const v = isOfValues ? undefined : matrixOf(outer, "vAt", lying(at.values), over, within);
  const bias =
    at.bias === undefined
      ? undefined
      : ofProducts(outer, "biasAt", lying(at.bias), attributes, rows);
  const products = (tile: Tile, name: string, ofQueries: Matrix, ofKeys: Matrix) =>
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
  const ofQueries = (name: string, operand: number): Numbers => {
    const lies = [array(floats.tensor), operands[operand]!, floats.startOf(operand)] as const;
    return numbersIn(outer, name, lies, "queries", along);
  };
  const whole = array(integers.tensor);
  const dtypeOf = (tensor: number) => (tensor === floats.tensor ? "float32" : "int32");
  return {
    ...{ bound, q, k, slope },
    parts: {
      ...{ loop, outer },
      looking: { rows, causal, first: loop.first, segments },
      reads: bound.map((tensor) => operands[tensor]?.dtype ?? dtypeOf(tensor)),
      writes: ["float32"],
      matrices: [q, k, slope, ...(v ? [v] : []), ...(bias ? [bias] : [])],
      numbers: [
        ...(segments ? segmentsIn(outer, attributes, integers.segments(whole)) : []),
        ...(rate > 0 ? [linesOf(outer, loop, along)] : []),
        ofQueries("log", log),
        ...(isOfValues ? [] : [ofQueries("delta", delta)]),
      ],
      functions: rate > 0 ? drawing(integers.words(whole), loop.memory, rate) : "",
    },
    step: (tile) =>
      [
        products(tile, "s", q, k),
        ...(bias ? [lifted("s", bias)] : []),
        ...(v ? [products(tile, "d", slope, v)] : []),
        ...four.map(weighed),
      ].join(""),
  };
}
