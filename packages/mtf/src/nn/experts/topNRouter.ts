import { countArgument } from "../../arguments.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { misuse } from "../../ops/check.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { softmax } from "../../ops/softmax/softmax.ts";
import { evenness } from "./balance.ts";
import { best, chosen } from "./best.ts";
import type { Router } from "./gating.ts";
import { both, only, present, whole } from "./important.ts";
import { used } from "./laterChoices.ts";
import { type SeveralOptions, severalArgument } from "./severalOptions.ts";
import { secondBalance } from "./top2Router.ts";

const op = "topNRouter";

/**
 * Each token goes to the experts with the largest gates, which are scaled to sum to 1 where there are
 * several. What is of any importance goes to all of them.
 *
 * @param n how many experts each token goes to
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * mixtureOfExperts(x, experts, { ...options, router: topNRouter(4) });
 */
export function topNRouter(n: number, options: SeveralOptions = {}): Router {
  countArgument(op, "n", n, 1);
  const { later, balanceSecond } = severalArgument(op, options);
  return (gating) => {
    const { logits, experts } = gating;
    if (n > experts.size) {
      throw misuse("bad-argument", `${op}: of ${experts.size} experts no ${n} can be chosen.`, {
        logits,
      });
    }
    const gates: AnyTensor = softmax(logits, experts.name);
    const there = present(gating);
    const found: { readonly expert: AnyTensor; readonly gate: AnyTensor; rest: AnyTensor }[] = [];
    let rest = gates;
    for (let rank = 1; rank <= n; rank++) {
      const { expert, gate } = best(rest, experts);
      found.push({ expert, gate: only(there, gate), rest });
      rest = apply("where", both(chosen(expert, experts), there)!, 0, rest);
    }
    const sum = n > 1 ? apply("add", ...found.map(({ gate }) => gate), 1e-9) : undefined;
    const choices = found.map(({ expert, gate }, i) => {
      const scaled = sum ? apply("div", gate, sum) : gate;
      const wanted = i === 0 ? undefined : used(op, later, scaled, gating, i + 1);
      return { expert, gate: scaled, sent: both(there, wanted) };
    });
    const mask = both(chosen(found[0]!.expert, experts), there)!;
    const balance = evenness(mask, only(whole(gating), gates), gating);
    const second = balanceSecond ? found[1] : undefined;
    return {
      by: "tokens",
      choices,
      balance: second
        ? apply("add", balance, secondBalance(second.expert, second.rest, gating))
        : balance,
    };
  };
}
