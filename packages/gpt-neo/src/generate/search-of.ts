import { drawnAmong, leavesAll, likeliestAmong } from "./few/choose.ts";
import { lookOf } from "./few/look-of.ts";
import { placeOfLargest } from "./largest.ts";
import { noiseAt, noiseOf } from "./noise.ts";
import type { DecodingOptions } from "./options/decoding.ts";
import type { ToldSettings } from "./options/settings.ts";
import { placeDrawn } from "./place-drawn.ts";
import {
  filtersOf,
  type Processor,
  processorsOf,
  renormalizeLogits,
  type Scores,
} from "./processors/index.ts";
import { perturbed, type Sampling } from "./sample.ts";
import { beamSearch } from "./search/beam-search.ts";
import { type Choice, type ChoiceOfFew, inRows } from "./search/rows.ts";
import type { Rules } from "./search/rules.ts";
import type { Search } from "./search/search.ts";

/** What a search is made of: options that hold for all prompts. */
export interface SearchOptions {
  readonly options: DecodingOptions;
  readonly sampling: Sampling;
  /** How many texts there are of a prompt. */
  readonly count: number;
  /** The one of them that is looked for; by default all. Beams find all or none. */
  readonly only?: number | undefined;
  readonly ends: readonly number[];
  readonly most: number;
  readonly seed: number;
  readonly stopOf: Rules["stopOf"];
  readonly told: ToldSettings;
  /** How many ids there are to choose from. */
  readonly vocabulary: number;
  /** What changes scores before all that options say. */
  readonly first?: readonly Processor[];
}

/** The search in texts that follow a prompt. */
export function searchOf(prompt: readonly number[], all: SearchOptions): Search {
  const { options, sampling, count, ends, most, seed, stopOf, told, first = [] } = all;
  const { numBeams = 1, renormalizeLogits: renormalized } = options;
  // Beams may all be about to end, and one needs to go on.
  const least = numBeams > 1 ? Math.max(2, ends.length + 1) : 1;
  const changes = [...first, ...processorsOf(options, { ends, most, promptLength: prompt.length })];
  const filters = sampling.kind === "random" ? filtersOf(sampling, least) : [];
  const after = renormalized ? [renormalizeLogits] : [];
  const processors = [...changes, ...filters, ...after];
  const rules: Rules = { processors, ends, most, stopOf, told };
  const greedy = sampling.kind === "greedy";
  if (numBeams === 1) {
    const lowers = changes.flatMap((change) => change.lowers ?? []);
    const plain = lowers.length === changes.length && after.length === 0;
    const chooses = { ...all, lowers: lowers.length > 0 };
    const few: ChoiceOfFew = {
      look: (length, sequence) => lookOf(chooses, length, sequence),
      asDevices: sampling.kind === "greedy" || leavesAll(sampling),
      among: (few, context, sequence) =>
        sampling.kind === "greedy"
          ? likeliestAmong(few, { lowers }, context)
          : drawnAmong(few, { sampling, filters, seed, lowers }, context, sequence),
    };
    const choice: Choice = {
      of: (scores, length, sequence) =>
        greedy ? placeOfLargest(scores) : placeDrawn(scores, noiseOf(seed, length - 1, sequence)),
      few: plain ? few : undefined,
    };
    const { only } = all;
    return inRows(prompt, only === undefined ? range(count) : [only], choice, rules);
  }
  const { lengthPenalty = 1, earlyStopping = false } = options;
  const drawn = (scores: Scores, length: number, beam: number): Scores =>
    greedy ? scores : perturbed(scores, noiseAt(seed, length - 1, beam, scores.length));
  const beams = { width: numBeams, count, lengthPenalty, earlyStopping };
  return beamSearch(prompt, { ...beams, orderOf: drawn }, rules);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
