import type { Few } from "../few/look.ts";
import { placesOfLargest } from "../largest.ts";
import { logSoftmax } from "../log-softmax.ts";
import type { ToldSettings } from "../options/settings.ts";
import type { Processor, Scores } from "../processors/index.ts";
import type { Chosen, Ending } from "./search.ts";

/** What all searches need to know of the texts that they make. */
export interface Rules {
  /** What changes scores before an id is chosen by them. */
  readonly processors: readonly Processor[];
  readonly ends: readonly number[];
  /** The new ids of a text at most: one or more. */
  readonly most: number;
  /** The text that ends it and that its last id completes, if any. */
  readonly stopOf: (ids: readonly number[]) => string | undefined;
  readonly told: ToldSettings;
}

/** Why a text ends with its last id, if it does. */
export function endingOf(
  rules: Pick<Rules, "ends" | "most" | "stopOf">,
  ids: readonly number[],
  made: number,
  chosen: Chosen,
): Ending | undefined {
  if (rules.ends.includes(chosen.id)) return { reason: "eos", chosen };
  const text = rules.stopOf(ids);
  if (text !== undefined) return { reason: "stop", text };
  return made >= rules.most ? { reason: "length" } : undefined;
}

/** Tells of a choice what is asked for. */
export function tell(
  { logprobs, outputScores, outputLogits }: ToldSettings,
  id: number,
  logits: Float32Array,
  scores: Scores,
): Chosen {
  return {
    id,
    ...(logprobs !== undefined && probabilities(id, logits, logprobs)),
    ...(outputScores && { scores }),
    ...(outputLogits && { logits }),
  };
}

/** The same of the one at a place among few, whose probabilities are told where they are asked for. */
export function tellAmong({ logprobs }: ToldSettings, place: number, few: Few): Chosen {
  const id = few.ids[place]!;
  if (logprobs === undefined) return { id };
  const logOf = (at: number): number => few.logits[at]! - few.logSum!;
  const likeliest = placesOfLargest(few.logits, logprobs).map(
    (at) => [few.ids[at]!, logOf(at)] as const,
  );
  return { id, logProb: logOf(place), likeliest };
}

function probabilities(id: number, logits: Float32Array, count: number): Partial<Chosen> {
  const logs = logSoftmax(logits);
  const likeliest = placesOfLargest(logs, count).map((one) => [one, logs[one]!] as const);
  return { logProb: logs[id]!, likeliest };
}
