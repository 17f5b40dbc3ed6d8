import { elements } from "../../dimension.ts";
import { makeNode, type NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { zerosLike } from "../constant/constant.ts";
import { product } from "../einsum/product.ts";
import { apply } from "../elementwise/apply.ts";
import type { Rule } from "../rule.ts";
import { attendedOf, scoreDims } from "./operands.ts";
import { attentionGradWrittenOut, attentionWrittenOut } from "./primitives.ts";

type Attention = NodeOf<"flashAttention"> | NodeOf<"flashAttentionGrad">;

const whole = ({ attributes: { over, within, rate } }: Attention) => ({
  whole: [over, within, ...(rate > 0 ? ["~key"] : [])],
});

/** What multiplying and exp come to, of so many products: half of them where it is causal. */
function flopsOf({ attributes, operands }: Attention, products: number): number {
  const { query, keys } = attendedOf(attributes, operands);
  const depth = dimsOf(query).find((d) => d.name === attributes.within)!.size;
  const scores = elements(scoreDims(attributes, dimsOf(query), dimsOf(keys)));
  return (attributes.causal ? 0.5 : 1) * scores * (2 * products * depth + 8);
}

export const flashAttention: Rule<"flashAttention"> = {
  gradient: (node, [dy, dlogsumexp]) => {
    if (!dy && !dlogsumexp) return [];
    const { attributes, operands } = node;
    const [y, logsumexp] = [0, 1].map((i) => tensorOf(node as never, i)) as [AnyTensor, AnyTensor];
    const cotangent = dy ?? zerosLike(y);
    const along = product(y, cotangent, dimsOf(logsumexp));
    const delta = dlogsumexp ? apply("sub", along, dlogsumexp) : along;
    return makeNode(
      "flashAttentionGrad",
      attributes,
      [...operands, spread(cotangent, dimsOf(y)), logsumexp, delta],
      operands
        .slice(0, attributes.bias ? 4 : 3)
        .map((x) => ({ dims: dimsOf(x), dtype: "float32" })),
    );
  },
  elements: "mixed",
  empty: "zero",
  partition: whole,
  expand: ({ attributes, operands }) => attentionWrittenOut(attributes, operands),
  flops: (node) => flopsOf(node, 2),
};

export const flashAttentionGrad: Rule<"flashAttentionGrad"> = {
  gradient: "expand",
  elements: "mixed",
  empty: "zero",
  partition: whole,
  expand: ({ attributes, operands }) => attentionGradWrittenOut(attributes, operands),
  flops: (node) => flopsOf(node, 5),
};
