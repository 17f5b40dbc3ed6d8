import { countArgument } from "../../arguments.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { misuse } from "../../ops/check.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { softmax } from "../../ops/softmax/softmax.ts";
import { evennessByPart } from "./balance.ts";
import { best, chosen } from "./best.ts";
import type { Router } from "./gating.ts";
import { only, whole } from "./important.ts";

const op = "noTokenLeftBehindRouter";

/**
 * Each token goes to one expert, and where that has no place left, to the next best of so many (Fedus
 * and others, 2021).
 *
 * @param tries how many experts a token asks for a place
 * @throws MtfError `bad-argument`
 * @example
 * mixtureOfExperts(x, experts, { ...options, router: noTokenLeftBehindRouter(4) });
 */
export function noTokenLeftBehindRouter(tries: number): Router {
  countArgument(op, "tries", tries, 1);
  return (gating) => {
    const { logits, experts } = gating;
    if (tries > experts.size) {
      const sentence = `${op}: of ${experts.size} experts no ${tries} can be asked.`;
      throw misuse("bad-argument", sentence, { logits });
    }
    const gates: AnyTensor = softmax(logits, experts.name);
    const counts = whole(gating);
    const found: { readonly expert: AnyTensor; readonly gate: AnyTensor }[] = [];
    let rest = gates;
    for (let rank = 0; rank < tries; rank++) {
      const next = best(rest, experts);
      found.push(next);
      rest = apply("where", chosen(next.expert, experts), 0, rest);
    }
    const uneven = found.map(({ expert }) =>
      evennessByPart(chosen(expert, experts), gates, gating),
    );
    return {
      by: "tokens",
      choices: found.map(({ expert, gate }) => ({
        expert,
        gate: only(counts, gate),
        sent: counts,
      })),
      once: true,
      balance: apply("mul", tries > 1 ? apply("add", ...uneven) : uneven[0]!, 1 / tries),
    };
  };
}
