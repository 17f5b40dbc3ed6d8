import { entmax } from "./entmax.ts";
import { epsilonCutoff } from "./epsilon-cutoff.ts";
import { etaCutoff } from "./eta-cutoff.ts";
import { minP } from "./min-p.ts";
import type { Processor } from "./processor.ts";
import { temperature } from "./temperature.ts";
import { topH } from "./top-h.ts";
import { topK } from "./top-k.ts";
import { topP } from "./top-p.ts";
import { typicalP } from "./typical-p.ts";
import { when } from "./when.ts";

/** What leaves few ids to draw from. */
export interface Filters {
  /** Divides the logits. */
  readonly temperature: number;
  /** Only the k likeliest ids; 0 for all. */
  readonly topK: number;
  /** Only the likeliest ids that together have this probability; 1 for all. */
  readonly topP: number;
  /** Only the likeliest ids that together have this share of the entropy; by default all. */
  readonly topH?: number | undefined;
  /** Only ids at least so many times as probable as the likeliest; by default 0, for all. */
  readonly minP?: number | undefined;
  /** Only the ids nearest to the expected surprise that have this probability; by default 1, for all. */
  readonly typicalP?: number | undefined;
  /** Only ids of at least this probability; by default 0, for all. */
  readonly epsilonCutoff?: number | undefined;
  /** As `epsilonCutoff`, but lower where many ids are likely; by default 0, for all. */
  readonly etaCutoff?: number | undefined;
  /** Draws from the α-entmax in place of the softmax; by default 1, which is the softmax. */
  readonly entmaxAlpha?: number | undefined;
}

/**
 * What leaves few ids to draw from, in the order of transformers.
 *
 * @param least as many ids are left at least, but by `topH`
 */
export function filtersOf(filters: Filters, least: number): readonly Processor[] {
  const { temperature: heat, topH: h, topK: k, topP: p } = filters;
  const {
    minP: m = 0,
    typicalP: typical = 1,
    epsilonCutoff: epsilon = 0,
    etaCutoff: eta = 0,
    entmaxAlpha: alpha = 1,
  } = filters;
  return [
    ...when(heat !== 1, () => temperature(heat)),
    ...when(h !== undefined, () => topH(h!)),
    ...when(k > 0, () => topK(k, least)),
    ...when(p < 1, () => topP(p, least)),
    ...when(m > 0, () => minP(m, least)),
    ...when(typical < 1, () => typicalP(typical, least)),
    ...when(epsilon > 0, () => epsilonCutoff(epsilon, least)),
    ...when(eta > 0, () => etaCutoff(eta, least)),
    ...when(alpha > 1, () => entmax(alpha)),
  ];
}
