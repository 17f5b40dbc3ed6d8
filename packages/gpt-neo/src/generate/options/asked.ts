import type { LoadedModel } from "../../loaded-model.ts";
import { checkDraft } from "../draft/check-draft.ts";
import type { SearchOptions } from "../search-of.ts";
import { stopsBy } from "../stop-strings.ts";
import { checkIds, checkSettings } from "./checked.ts";
import { countOf } from "./count-of.ts";
import { merged, samplingOf, stopsIn } from "./sampling-of.ts";
import type { GenerateAllSettings } from "./settings.ts";

type Model = Pick<LoadedModel, "config" | "ends"> &
  Partial<Pick<LoadedModel, "tokenizer" | "generation">>;

/**
 * What settings ask for, with the model's own where they say nothing, after all checks.
 *
 * @throws MtfError `bad-argument` for settings that are wrong
 */
export function askedOf(model: Model, settings: GenerateAllSettings): SearchOptions {
  checkSettings(settings);
  const own = model.generation?.options ?? {};
  const options = merged(own, settings);
  checkIds(options, settings, model.config.vocab_size, model.generation?.file);
  if (settings.draft !== undefined) checkDraft(model, settings.draft, options);
  const ends = settings.eosTokenId ?? settings.endOfText ?? own.eosTokenId ?? model.ends;
  const { seed = 0, logprobs, outputScores, outputLogits } = settings;
  return {
    options,
    sampling: samplingOf(settings, own),
    count: countOf(settings, own),
    ends: typeof ends === "number" ? [ends] : [...new Set(ends)],
    most: options.maxNewTokens ?? 100,
    seed,
    stopOf: stopsBy(stopsIn(options), model.tokenizer),
    told: { logprobs, outputScores, outputLogits },
    vocabulary: model.config.vocab_size,
  };
}
