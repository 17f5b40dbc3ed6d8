import type { Typed } from "../../graph/kinds.ts";
import type { Law } from "./law.ts";
import {
  anything,
  asIn,
  dimOf,
  float32,
  floats,
  integers,
  like,
  numbers,
  sameDims,
  without,
} from "./types.ts";

// Ops along dims: reductions, and what needs a dim whole.

export const reduce: Law<"reduce"> = {
  takes: [anything],
  gives: ({ fn, over }, [x]) => {
    const missing = over.find((name) => !dimOf(x!, name));
    if (missing) return `there is no '${missing}'`;
    if (fn === "sum" && !numbers.includes(x!.dtype)) return `there is no sum of ${x!.dtype}`;
    return [like(x!, without(x!, ...over))];
  },
};

export const cumsum: Law<"cumsum"> = {
  takes: [numbers],
  gives: ({ over }, [x]) => (dimOf(x!, over) ? [x!] : `there is no '${over}'`),
};

type Along = { readonly over: string };

/** Operands of the same dims, in any order, one of which is `over`. */
function alike({ over }: Along, [first, ...others]: readonly Typed[]): string | undefined {
  if (!dimOf(first!, over)) return `there is no '${over}'`;
  const differs = others.some((x) => !sameDims(asIn(first!, x.dims), first!.dims));
  return differs ? "the operands differ in their dims" : undefined;
}

const whole = {
  takes: [floats],
  gives: (attributes: Along, operands: readonly Typed[]) =>
    alike(attributes, operands) ?? [operands[0]!],
};

const wholePair = { ...whole, takes: [floats, floats] };

export const softmax: Law<"softmax"> = whole;
export const softmaxGrad: Law<"softmaxGrad"> = wholePair;
export const logSoftmax: Law<"logSoftmax"> = whole;
export const logSoftmaxGrad: Law<"logSoftmaxGrad"> = wholePair;

export const logsumexp: Law<"logsumexp"> = {
  takes: [floats],
  gives: (attributes, operands) =>
    alike(attributes, operands) ?? [float32(without(operands[0]!, attributes.over))],
};

export const sumExp: Law<"sumExp"> = {
  takes: [floats, floats],
  gives: ({ over }, [x, shift]) => {
    if (!dimOf(x!, over)) return `there is no '${over}'`;
    const rest = float32(without(x!, over));
    return sameDims(asIn(rest, shift!.dims), rest.dims)
      ? [float32(shift!.dims)]
      : "the shift is not of the other dims";
  },
};

export const layerNorm: Law<"layerNorm"> = {
  takes: [floats, floats, floats],
  gives: ({ over }, [x, ...scales]) => {
    const dim = dimOf(x!, over);
    if (!dim) return `there is no '${over}'`;
    if (scales.some((s) => !sameDims(s.dims, [dim]))) return `gain and bias are not of '${over}'`;
    const rest = float32(without(x!, over));
    return [x!, rest, rest];
  },
};

export const layerNormGrad: Law<"layerNormGrad"> = {
  takes: [floats, floats, floats, floats, floats],
  gives: ({ over }, [x, gain, mean, rstd, dy]) => {
    const rest = without(x!, over);
    const moments = [mean!, rstd!].every((m) =>
      sameDims(asIn({ ...x!, dims: rest }, m.dims), rest),
    );
    if (!moments) return "mean and rstd differ in their dims";
    return alike({ over }, [x!, dy!]) ?? [x!, gain!, gain!];
  },
};

export const crossEntropy: Law<"crossEntropy"> = {
  takes: [floats, integers],
  gives: ({ over }, [logits, labels]) => {
    if (!dimOf(logits!, over)) return `there is no '${over}'`;
    const rest = float32(without(logits!, over));
    return sameDims(asIn(rest, labels!.dims), rest.dims)
      ? [rest, rest, rest]
      : "labels and logits differ in their dims";
  },
};

export const crossEntropyGrad: Law<"crossEntropyGrad"> = {
  takes: [floats, integers, floats, floats, floats, floats],
  gives: ({ over }, [logits, ...rows]) => {
    if (!dimOf(logits!, over)) return `there is no '${over}'`;
    const rest = float32(without(logits!, over));
    const differ = rows.some((x) => !sameDims(asIn(rest, x.dims), rest.dims));
    return differ ? "the operands differ in their dims" : [logits!];
  },
};
