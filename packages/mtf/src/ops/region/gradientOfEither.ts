import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { zerosLike } from "../constant/constant.ts";
import type { Backward, Cotangent } from "../rule.ts";
import { asTheyAre, entering, makeRegion, nothing } from "./region.ts";

/**
 * Another region by the same predicate: of the body that ran it computes the outputs again, and then
 * the cotangents of its inputs; zeros for what only the other reads.
 */
export function gradientOfEither(
  node: NodeOf<"region">,
  otherwise: readonly AnyTensor[],
  dys: readonly Cotangent[],
  { vjp, wanted }: Backward,
): readonly Cotangent[] {
  const { body } = node.attributes;
  const operands = node.operands.flatMap((x, i) => (wanted(x) ? [i] : []));
  const inputs = operands.map((i) => body.inputs[i]!);
  const first = vjp(body.outputs, inputs, dys);
  const second = vjp(otherwise, inputs, dys);
  const found = inputs.flatMap((x, i) => {
    if (!first[i] && !second[i]) return [];
    const alike = (dx: Cotangent) => (dx ? spread(dx, dimsOf(x)) : zerosLike(x));
    return [{ operand: operands[i]!, first: alike(first[i]), second: alike(second[i]) }];
  });
  const results = makeRegion(
    { kind: "either", otherwise: found.map((dx) => dx.second) },
    {
      ...nothing,
      constant: [
        ...entering(node.operands, body.inputs),
        ...asTheyAre(dys.filter((dy) => dy !== undefined)),
      ],
      summed: found.map((dx) => dx.first),
    },
  );
  return node.operands.map((_, i) => results[found.findIndex((f) => f.operand === i)]);
}
