import { elements } from "../../dimension.ts";
import { makeNode, type NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { apply } from "../elementwise/apply.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Cotangent, Rule } from "../rule.ts";

const dtype = "float32";

function meanOver(x: AnyTensor, over: string): AnyTensor {
  const { size } = dimsOf(x).find((d) => d.name === over)!;
  return apply("mul", reduction("sum", x, [over]), 1 / size);
}

export const layerNorm: Rule<"layerNorm"> = {
  gradient: (node, cotangents) => {
    const [x, gain] = node.operands as [AnyTensor, AnyTensor];
    const [, mean, rstd] = node.results.map((_, i) => tensorOf(node as never, i));
    const [dy] = cotangents;
    if (!dy) return [momentsGradient(node, undefined, cotangents), undefined, undefined];
    const results = [x, gain, gain].map((of) => ({ dims: dimsOf(of), dtype }) as const);
    const { over } = node.attributes;
    const operands = [x, gain, mean!, rstd!, dy];
    const [dx, dgain, dbias] = makeNode("layerNormGrad", { over }, operands, results);
    return [momentsGradient(node, dx, cotangents), dgain, dbias];
  },
  elements: "rows",
  empty: "zero",
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  expand: ({ attributes: { over, epsilon }, operands: [x, gain, bias] }) => {
    const mean = meanOver(x!, over);
    const centred = apply("sub", x!, mean);
    const variance = meanOver(apply("square", centred), over);
    const rstd = apply("rsqrt", apply("add", variance, epsilon));
    const normal = apply("mul", centred, rstd);
    return [apply("add", apply("mul", normal, gain!), bias!), mean, rstd];
  },
  flops: ({ results }) => 8 * elements(results[0]!.dims),
};

/** Adds what the cotangents of mean and rstd contribute; only second derivatives have these. */
function momentsGradient(
  node: NodeOf<"layerNorm">,
  dx: Cotangent,
  [, dmean, drstd]: readonly Cotangent[],
): Cotangent {
  const x = node.operands[0]!;
  const [, mean, rstd] = node.results.map((_, i) => tensorOf(node as never, i));
  const { size } = dimsOf(x).find((d) => d.name === node.attributes.over)!;
  const terms: AnyTensor[] = dx ? [dx] : [];
  if (dmean) terms.push(spread(apply("mul", dmean, 1 / size), dimsOf(x)));
  if (drstd) {
    const cube = apply("mul", apply("square", rstd!), rstd!);
    const scale = apply("mul", apply("mul", drstd, cube), -1 / size);
    terms.push(apply("mul", apply("sub", x, mean!), scale));
  }
  return terms.length > 1 ? apply("add", ...terms) : terms[0];
}

export const layerNormGrad: Rule<"layerNormGrad"> = {
  gradient: "expand",
  elements: "rows",
  empty: "zero",
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  expand: ({ attributes: { over }, operands }) => {
    const [x, gain, mean, rstd, dy] = operands as [AnyTensor, ...AnyTensor[]];
    const rest = dimsOf(x)
      .map((d) => d.name)
      .filter((name) => name !== over);
    const normal = apply("mul", apply("sub", x, mean!), rstd!);
    const scaled = apply("mul", dy!, gain!);
    const along = apply("mul", normal, meanOver(apply("mul", scaled, normal), over));
    const across = apply("sub", scaled, meanOver(scaled, over));
    return [
      apply("mul", apply("sub", across, along), rstd!),
      reduction("sum", apply("mul", dy!, normal), rest),
      reduction("sum", dy!, rest),
    ];
  },
  flops: ({ results }) => 12 * elements(results[0]!.dims),
};
