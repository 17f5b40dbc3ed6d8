import type { Dimension } from "../../dimension.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { zerosLike } from "../constant/constant.ts";
import type { Backward, Cotangent } from "../rule.ts";
import { asTheyAre, entering, makeRegion, outerTensors, sliceOf, standIn } from "./region.ts";

/** The rounds that a region ran through: of a dim, or as many of its first indices as were counted. */
export interface RoundsRun {
  readonly dim: Dimension;
  readonly reverse: boolean;
  readonly count: AnyTensor | undefined;
}

/**
 * A region that runs through the rounds the other way. Its body computes a round again, from what
 * was carried into it, and then the cotangents of its inputs: those of what is carried are carried
 * on, those of slices stacked, those of whole operands summed.
 */
export function gradientOfRounds(
  node: NodeOf<"region">,
  { dim, reverse, count }: RoundsRun,
  dys: readonly Cotangent[],
  { vjp, wanted }: Backward,
): readonly Cotangent[] {
  const { carried, sliced, summed, body } = node.attributes;
  const whole = dys.slice(carried, carried + summed);
  const stacked = dys.slice(carried + summed);
  let position = node.operands.length;
  const slices = stacked.map((dy) => dy && sliceOf(dy, dim, position++));
  const carries = body.inputs
    .slice(0, carried)
    .flatMap((x, at) => (x.dtype === "float32" ? [{ x, at, dy: standIn(x, position++) }] : []));
  const after = body.inputs
    .slice(0, carried)
    .map((_, at) => carries.find((carry) => carry.at === at)?.dy);

  const others = node.operands.flatMap((x, i) => (i >= carried && wanted(x) ? [i] : []));
  const inputs = [...carries.map(({ at }) => at), ...others];
  const dxs = vjp(
    body.outputs,
    inputs.map((i) => body.inputs[i]!),
    [...after, ...whole, ...slices],
  );
  const found = others.flatMap((operand, i) => {
    const dx = dxs[carries.length + i];
    return dx ? [{ dx, operand }] : [];
  });
  const toSum = found.filter(({ operand }) => operand >= carried + sliced);
  const toStack = found.filter(({ operand }) => operand < carried + sliced);
  const next = carries.map(({ x }, i) => ordered(dxs[i] ?? zerosLike(x), x));
  const saved = node.results.length - carried;
  const given = entering(node.operands, body.inputs);
  const along = [
    ...body.inputs
      .slice(0, carried)
      .map((inner, i) => ({ outer: tensorOf(node, saved + i), inner })),
    ...given.slice(carried, carried + sliced),
    ...stacked.flatMap((dy, i) => (dy ? [{ outer: dy, inner: slices[i]! }] : [])),
  ];
  const begin = Math.min(...along.map(({ inner }) => inner["~node"].order));
  const { reached } = outerTensors([...next, ...found.map(({ dx }) => dx)], begin);
  const results = makeRegion(
    {
      kind: "each",
      dim,
      reverse: carried > 0 ? !reverse : reverse,
      counted: count !== undefined,
    },
    {
      carried: carries.map(({ x, at, dy }, i) => ({
        outer: ordered(dys[at] ?? zerosLike(x), x),
        inner: dy,
        next: next[i]!,
      })),
      // What was carried into the rounds is kept only where it is read again.
      sliced: along.filter(({ inner }) => reached.has(inner["~node"])),
      constant: [
        ...(count ? [{ outer: count, inner: standIn(count, position) }] : []),
        ...given.slice(carried + sliced).filter(({ outer }) => outer !== count),
        ...asTheyAre(whole.filter((dy) => dy !== undefined)),
      ],
      summed: toSum.map(({ dx }) => dx),
      stacked: toStack.map(({ dx }) => dx),
    },
  );
  const places = [...carries.map(({ at }) => at), ...[...toSum, ...toStack].map((f) => f.operand)];
  return node.operands.map((_, i) => results[places.indexOf(i)]);
}

/** A cotangent with its dims in the order of what it is of, as each round must give it. */
function ordered(dy: AnyTensor, x: AnyTensor): AnyTensor {
  return spread(dy, dimsOf(x));
}
