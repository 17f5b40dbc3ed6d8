import { numberArgument, optionsArgument } from "../../arguments.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { pick } from "../../ops/gather/gather.ts";
import { sampleWithTemperature } from "../../ops/random/sample.ts";
import { softmax } from "../../ops/softmax/softmax.ts";
import { evennessByPart } from "./balance.ts";
import { best, chosen } from "./best.ts";
import type { Choice, Gating, Router } from "./gating.ts";
import { only, whole } from "./important.ts";
import { keyOf } from "./keyOf.ts";

/** How a token chooses its one expert. */
export interface SwitchOptions {
  /** Draws the expert with the probabilities of its logits over this; by default the best is taken. */
  readonly temperature?: number | undefined;
}

/**
 * Each token goes to one expert, whose result is multiplied by its gate (Fedus and others, 2021).
 *
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * mixtureOfExperts(x, experts, { ...options, router: switchRouter(), noise: { jitter: 0.01 }, key: k });
 */
export function switchRouter(options: SwitchOptions = {}): Router {
  const chosenBy = switchOptions("switchRouter", options);
  return (gating) => {
    const { choice, balance } = oneChoice("switchRouter", gating, chosenBy);
    return { by: "tokens", choices: [choice], balance };
  };
}

export function switchOptions(op: string, options: unknown): SwitchOptions {
  optionsArgument(op, "options", options, ["temperature"]);
  const { temperature } = options as SwitchOptions;
  if (temperature !== undefined) numberArgument(op, "options.temperature", temperature, { min: 0 });
  return { temperature };
}

/** The one expert of each token, and how unevenly experts are chosen. */
export function oneChoice(
  op: string,
  gating: Gating,
  { temperature }: SwitchOptions,
): { readonly choice: Choice; readonly balance: AnyTensor } {
  const { logits, experts } = gating;
  const gates: AnyTensor = softmax(logits, experts.name);
  const drawn = (t: number): { expert: AnyTensor; gate: AnyTensor } => {
    const expert = sampleWithTemperature(keyOf(op, gating), logits, experts.name, t);
    return { expert, gate: pick(gates, expert, experts) };
  };
  const { expert, gate } = temperature === undefined ? best(gates, experts) : drawn(temperature);
  const counts = whole(gating);
  return {
    choice: { expert, gate: only(counts, gate), sent: counts },
    balance: evennessByPart(chosen(expert, experts), gates, gating),
  };
}
