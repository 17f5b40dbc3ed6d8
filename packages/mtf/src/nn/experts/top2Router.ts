import type { AnyTensor } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { reduction } from "../../ops/reduce/reduce.ts";
import { softmax } from "../../ops/softmax/softmax.ts";
import { evenness } from "./balance.ts";
import { best, chosen } from "./best.ts";
import type { Gating, Router } from "./gating.ts";
import { both, only, present, whole } from "./important.ts";
import { used } from "./laterChoices.ts";
import { type SeveralOptions, severalArgument } from "./severalOptions.ts";

const op = "top2Router";

/**
 * Each token goes to the two experts with the largest gates, which are scaled to sum to 1 (Lepikhin
 * and others, 2020). An importance between 0 and 1 leaves a token its best expert alone, as its second
 * choice.
 *
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * mixtureOfExperts(x, experts, { ...options, router: top2Router({ later: { odds: 0.2 } }), key: k });
 */
export function top2Router(options: SeveralOptions = {}): Router {
  const { later, balanceSecond } = severalArgument(op, options);
  return (gating) => {
    const { logits, experts } = gating;
    const gates: AnyTensor = softmax(logits, experts.name);
    const [counts, there] = [whole(gating), present(gating)];
    const first = best(gates, experts);
    const mask = both(chosen(first.expert, experts), counts)!;
    const rest = apply("where", mask, 0, gates);
    const second = best(rest, experts);
    const gate = only(counts, first.gate);
    const scaled = (x: AnyTensor) => apply("div", x, apply("add", gate, second.gate, 1e-9));
    const gate2 = scaled(second.gate);
    const balance = evenness(mask, only(counts, gates), gating);
    return {
      by: "tokens",
      choices: [
        { expert: first.expert, gate: scaled(gate), sent: counts },
        {
          expert: second.expert,
          gate: gate2,
          sent: both(there, used(op, later, gate2, gating, 2)),
        },
      ],
      balance: balanceSecond
        ? apply("add", balance, secondBalance(second.expert, rest, gating))
        : balance,
    };
  };
}

/** How unevenly experts are second choices, by half: `rest` are the gates without the first. */
export function secondBalance(expert: AnyTensor, rest: AnyTensor, gating: Gating): AnyTensor {
  const { experts } = gating;
  const mask = both(chosen(expert, experts), present(gating))!;
  const total = apply("add", reduction("sum", rest, [experts.name]), 1e-9);
  return apply("mul", evenness(mask, apply("div", rest, total), gating), 0.5);
}
