import type { NodeOf } from "../../graph/node.ts";
import type { Rounds } from "../../graph/rounds.ts";
import { tensorOf } from "../../graph/tensor.ts";
import type { Backward, Cotangent } from "../rule.ts";
import { asTheyAre, entering, makeRegion, nothing } from "./region.ts";

/**
 * Another region, whose body computes the body's outputs again and then the cotangents of its
 * inputs: nothing between is held from the one to the other. Or the gradient that it was given.
 */
export function gradientOfOnce(
  node: NodeOf<"region">,
  { gradient }: Extract<Rounds, { kind: "once" }>,
  dys: readonly Cotangent[],
  { vjp, wanted }: Backward,
): readonly Cotangent[] {
  if (gradient !== "recomputed") {
    return gradient(
      node.results.map((_, i) => tensorOf(node, i)),
      dys,
    );
  }
  const { body } = node.attributes;
  const operands = node.operands.flatMap((x, i) => (wanted(x) ? [i] : []));
  const dxs = vjp(
    body.outputs,
    operands.map((i) => body.inputs[i]!),
    dys,
  );
  const found = dxs.flatMap((dx, i) => (dx ? [{ dx, operand: operands[i]! }] : []));
  const results = makeRegion(
    { kind: "once", gradient: "recomputed" },
    {
      ...nothing,
      constant: [
        ...entering(node.operands, body.inputs),
        ...asTheyAre(dys.filter((dy) => dy !== undefined)),
      ],
      summed: found.map(({ dx }) => dx),
    },
  );
  return node.operands.map((_, i) => results[found.findIndex((f) => f.operand === i)]);
}
