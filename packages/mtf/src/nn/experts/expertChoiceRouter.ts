import { elements } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse } from "../../ops/check.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { rowsOf } from "../../ops/gather/gather.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { softmax } from "../../ops/softmax/softmax.ts";
import type { Gating, Router } from "./gating.ts";
import { only, present, whole } from "./important.ts";
import { largestPlaces } from "./largestPlaces.ts";
import { timesHeld } from "./seats.ts";

const op = "expertChoiceRouter";
/** What the logit becomes of a token that no expert is to choose. */
const never = -1e9;

/**
 * Each expert takes the tokens with the largest gates among those of a group, as many as it has places
 * (Zhou and others, 2022): all experts do the same work, and a token may go to several or to none. Its
 * gates are divided by the number of experts that took it.
 *
 * @throws MtfError `bad-argument` where experts have no number of places
 * @example
 * mixtureOfExperts(x, experts, { ...options, router: expertChoiceRouter() });
 */
export function expertChoiceRouter(): Router {
  return (gating) => {
    const { logits, tokens, experts, places } = gating;
    if (!places) {
      const sentence = `${op}: experts that choose need a number of places.`;
      throw misuse("bad-argument", sentence, { logits }, ['places: dimension("place", …)']);
    }
    const others = [tokens.name, experts.name];
    const groups = logits.names.filter((name) => !others.includes(name));
    const there = present(gating);
    const open = there ? (apply("where", there, logits, never) as Tensor<string>) : logits;
    const gates: AnyTensor = softmax(open, tokens.name);
    const { token, weight } = largestPlaces(gates, tokens, places);
    const times = apply("maximum", timesHeld(token, tokens, groups), 1);
    const shared = apply("div", weight, rowsOf(times, apply("maximum", token, 0), tokens.name));
    return {
      by: "experts",
      assignment: { token, weight: shared },
      balance: evenUse(gates, gating),
    };
  };
}

/** How unevenly the tokens of a group are chosen: the mean square of their shares, 1 where alike. */
function evenUse(gates: AnyTensor, gating: Gating): AnyTensor {
  const { tokens, experts, importance } = gating;
  const share = apply("mul", reduction("sum", gates, [experts.name]), 1 / experts.size);
  const size = importance ? reduction("sum", importance, [tokens.name]) : tokens.size;
  const square = apply("mul", apply("square", only(whole(gating), share)), size);
  const dims = dimsOf(square);
  const total = reduction(
    "sum",
    square,
    dims.map((d) => d.name),
  );
  return apply("mul", total, tokens.size / elements(dims));
}
