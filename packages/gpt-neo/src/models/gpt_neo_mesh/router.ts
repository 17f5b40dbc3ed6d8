import {
  type LaterChoices,
  type Noise,
  noTokenLeftBehindRouter,
  type Router,
  switchRouter,
  top2Router,
} from "mtf/nn";
import type { Experts, SecondPolicy } from "../../config/index.ts";

/** How tokens find their experts. The original's `switch` is what Mesh-TensorFlow called ntlb later. */
export function routerOf(given: Experts, training: boolean): Router {
  switch (given.gating) {
    case "top_2":
      return top2Router({
        later: laterOf(given, training),
        balanceSecond: given.use_second_place_loss,
      });
    case "switch":
      return noTokenLeftBehindRouter(given.switch_top_k);
    case "rand_1": {
      const policy = training ? given.rand_1_policy_train : given.rand_1_policy_eval;
      return switchRouter(policy === "sample" ? { temperature: given.rand_1_temperature } : {});
    }
  }
}

/** What training does to what the router sees. */
export function noiseOf(given: Experts): Noise | undefined {
  if (given.gating === "top_2") return undefined;
  switch (given.rand_1_policy_train) {
    case "input_jitter":
      return { jitter: given.rand_1_jitter };
    case "input_dropout":
      return given.gating === "rand_1" ? { dropout: given.rand_1_dropout } : undefined;
    case "argmax":
    case "sample":
      return undefined;
  }
}

function laterOf(given: Experts, training: boolean): LaterChoices {
  const policy: SecondPolicy = training ? given.second_policy_train : given.second_policy_eval;
  const threshold = training ? given.second_threshold_train : given.second_threshold_eval;
  if (policy === "threshold") return { above: threshold };
  return policy === "random" ? { odds: threshold } : policy;
}
