import type { Rounds } from "../../graph/kinds.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { zerosLike } from "../constant/constant.ts";
import type { Backward, Cotangent } from "../rule.ts";
import { asTheyAre, entering, makeRegion, sliceOf, standIn } from "./region.ts";

/**
 * A region that runs through the rounds the other way. Its body computes a round again, from what
 * was carried into it, and then the cotangents of its inputs: those of what is carried are carried
 * on, those of slices stacked, those of whole operands summed.
 */
export function gradientOfRounds(
  node: NodeOf<"region">,
  rounds: Extract<Rounds, { kind: "each" }>,
  dys: readonly Cotangent[],
  { vjp, wanted }: Backward,
): readonly Cotangent[] {
  const { carried, sliced, summed, body } = node.attributes;
  const { dim } = rounds;
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
  const saved = node.results.length - carried;
  const given = entering(node.operands, body.inputs);
  const results = makeRegion(
    { ...rounds, reverse: carried > 0 ? !rounds.reverse : rounds.reverse },
    {
      carried: carries.map(({ x, at, dy }, i) => ({
        outer: ordered(dys[at] ?? zerosLike(x), x),
        inner: dy,
        next: ordered(dxs[i] ?? zerosLike(x), x),
      })),
      sliced: [
        ...body.inputs.slice(0, carried).map((inner, i) => ({
          outer: tensorOf(node, saved + i),
          inner,
        })),
        ...given.slice(carried, carried + sliced),
        ...stacked.flatMap((dy, i) => (dy ? [{ outer: dy, inner: slices[i]! }] : [])),
      ],
      constant: [
        ...given.slice(carried + sliced),
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
