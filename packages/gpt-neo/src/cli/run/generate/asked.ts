import { randomInt } from "node:crypto";
import type { DecodingOptions } from "../../../generate/options/decoding.ts";
import { merged, samplingOf, stopsIn } from "../../../generate/options/sampling-of.ts";
import type { GenerateAllSettings } from "../../../generate/options/settings.ts";
import type { LoadedModel } from "../../../loaded-model.ts";
import type { Progress } from "../../../progress.ts";
import { teamOf } from "../../../team.ts";
import { decodingOf } from "../../decoding-options.ts";
import type { GenerateOptions } from "../../generate-options.ts";
import { generationNotes } from "./generation-notes.ts";

/** What texts are made with. */
export interface Asked {
  readonly settings: GenerateAllSettings & { readonly seed: number };
  /** The options of decoding, those of the model's folder included. */
  readonly decoding: DecodingOptions;
  /** The texts that end a text. */
  readonly stops: readonly string[];
  /** Whether there is chance. */
  readonly drawn: boolean;
  /** What there is to say once a text has begun. */
  readonly notes: readonly string[];
}

/** Reads what texts are made with from the command line and the model's folder, whose part is told. */
export async function askedFor(
  model: LoadedModel,
  options: GenerateOptions,
  progress: Pick<Progress, "note">,
  draft: LoadedModel | undefined,
): Promise<Asked> {
  const given = decodingOf(options);
  for (const line of generationNotes(model, given)) progress.note(line);
  const own = model.generation?.options ?? {};
  const drawn = samplingOf(given, own).kind === "random";
  const seed = options.seed ?? (await teamOf(options).share(() => randomInt(2 ** 31)));
  const decoding = merged(own, given);
  return {
    settings: {
      ...given,
      ...{ seed, draft, draftTokens: options.draftTokens },
      ...{ logprobs: options.logprobs, slide: options.slide ?? false },
    },
    decoding,
    stops: stopsIn(decoding),
    drawn,
    notes: drawn && options.seed === undefined ? [`seed ${seed}`] : [],
  };
}
