import type { LoadedModel } from "../../loaded-model.ts";
import type { Filters } from "../processors/index.ts";
import type { Sampling } from "../sample.ts";
import type { DecodingOptions } from "./decoding.ts";
import type { GenerateSettings } from "./settings.ts";

/** The names of what leaves few ids to draw from. */
export const filterNames: readonly (keyof Filters)[] = [
  ...(["temperature", "topH", "topK", "topP", "minP"] as const),
  ...(["typicalP", "epsilonCutoff", "etaCutoff"] as const),
  ...(["entmaxAlpha"] as const),
];

/**
 * How each id is chosen, as options say, and where they do not, as the model's own do. Who asks for a
 * filter asks for chance.
 */
export function samplingOf(given: GenerateSettings, own: DecodingOptions = {}): Sampling {
  if (given.sampling) return given.sampling;
  const { temperature = 1, topK = 0, topP = 1, numBeams = 1, ...all } = merged(own, given);
  const asked = filterNames.some((name) => given[name] !== undefined);
  const doSample = given.doSample ?? (asked || (own.doSample ?? numBeams === 1));
  if (!doSample || temperature === 0) return { kind: "greedy" };
  const { topH, minP, typicalP, epsilonCutoff, etaCutoff, entmaxAlpha } = all;
  const rest = { epsilonCutoff, etaCutoff, entmaxAlpha };
  const more: Partial<Filters> = { topH, minP, typicalP, ...rest };
  return { kind: "random", temperature, topK, topP, ...more };
}

/** The texts that end a text, as options say. */
export function stopsIn({ stopStrings = [] }: DecodingOptions): readonly string[] {
  return typeof stopStrings === "string" ? [stopStrings] : stopStrings;
}

/** The texts that end what a model makes, as settings say, or else its own. */
export function stopsOf(
  { generation }: Pick<LoadedModel, "generation">,
  settings: DecodingOptions,
): readonly string[] {
  return stopsIn(merged(generation?.options ?? {}, settings));
}

/** Options over others: what is undefined is left as it is. */
export function merged(own: DecodingOptions, given: DecodingOptions): DecodingOptions {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...own, ...Object.fromEntries(said) };
}
