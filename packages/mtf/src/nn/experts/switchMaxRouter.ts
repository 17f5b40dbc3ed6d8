import { apply } from "../../ops/elementwise/apply.ts";
import { chosen } from "./best.ts";
import type { Router } from "./gating.ts";
import { both } from "./important.ts";
import { largestPlaces } from "./largestPlaces.ts";
import { oneChoice, type SwitchOptions, switchOptions } from "./switchRouter.ts";

/**
 * Each token goes to one expert, and where more choose an expert than it has places for, those with
 * the largest gates have them rather than the first.
 *
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * mixtureOfExperts(x, experts, { ...options, router: switchMaxRouter() });
 */
export function switchMaxRouter(options: SwitchOptions = {}): Router {
  const chosenBy = switchOptions("switchMaxRouter", options);
  return (gating) => {
    const { choice, balance } = oneChoice("switchMaxRouter", gating, chosenBy);
    const { tokens, experts, places } = gating;
    if (!places) return { by: "tokens", choices: [choice], balance };
    const mask = both(chosen(choice.expert, experts), choice.sent)!;
    const gates = apply("where", mask, choice.gate, 0);
    const { token, weight } = largestPlaces(gates, tokens, places);
    // Whoever did not choose an expert has a gate of 0 there.
    const held = apply("where", apply("greater", weight, 0), token, -1);
    return { by: "experts", assignment: { token: held, weight }, balance };
  };
}
