import { placesOfLargest } from "../largest.ts";
import type { Scores } from "../processors/index.ts";
import type { Chosen, Ending } from "./search.ts";

/** A text that is followed. */
export interface Beam {
  readonly ids: readonly number[];
  /** The sum of what its new ids were chosen by. */
  readonly sum: number;
  readonly chosen: readonly Chosen[];
  /** Which of the beams before it goes on from. */
  readonly from: number;
}

/** A text that has ended, with its score: the sum over the penalty of its length. */
export interface Finished {
  readonly beam: Beam;
  readonly score: number;
  readonly ending: Ending;
}

/** How far a search by beams has come. */
export interface Beams {
  /** New ids of those that are followed. */
  readonly length: number;
  /** Those that are followed, from the likeliest on. */
  readonly running: readonly Beam[];
  /** The best that have ended, from the best on. */
  readonly finished: readonly Finished[];
}

/** What tells one kind of beam search from another. */
export interface BeamRules {
  /** How many texts are followed, and kept of those that have ended. */
  readonly width: number;
  /** How many continuations are looked at: enough that `width` of them do not end. */
  readonly candidates: number;
  /** Only as many of the best continuations may be kept as ended. */
  readonly finishable: number;
  /** What a sum is divided by to be a score, for a number of new ids. */
  readonly penalty: (length: number) => number;
  /** Why a text with one more id ends, if it does. */
  readonly endingOf: (beam: Beam, length: number) => Ending | undefined;
  /** Told of the id that makes one beam another. */
  readonly tell: (from: number, id: number) => Chosen;
  /** What continuations are ordered by, of the sums of a beam: the sums, or those with noise. */
  readonly orderOf: (sums: Scores, from: number) => Scores;
}

export const noBeams = (prompt: readonly number[]): Beams => ({
  length: 0,
  running: [{ ids: prompt, sum: 0, chosen: [], from: 0 }],
  finished: [],
});

/**
 * One more id for each beam: the best continuations of all, those that do not end followed, those that
 * end kept where they are better than those that ended before.
 *
 * @param scores what the next id of each running beam is chosen by
 */
export function grown(
  { length, running, finished }: Beams,
  scores: readonly Scores[],
  rules: BeamRules,
): Beams {
  const { width, candidates, finishable, penalty } = rules;
  const made = length + 1;
  const best = bestOf(running, scores, candidates, rules).map((beam) => {
    return { beam, ending: rules.endingOf(beam, made) };
  });
  const going = best.flatMap(({ beam, ending }) => (ending ? [] : [beam]));
  const ended = best.slice(0, finishable).flatMap(({ beam, ending }) => {
    return ending ? [{ beam, ending, score: beam.sum / penalty(made) }] : [];
  });
  return {
    length: made,
    running: going.sort((a, b) => b.sum - a.sum).slice(0, width),
    finished: [...finished, ...ended].sort((a, b) => b.score - a.score).slice(0, width),
  };
}

/** The best continuations of all beams, in order; those that cannot be chosen are none. */
function bestOf(
  running: readonly Beam[],
  scores: readonly Scores[],
  count: number,
  { orderOf, tell }: BeamRules,
): readonly Beam[] {
  const all = running.flatMap(({ sum }, from) => {
    const sums = scores[from]!.map((score) => sum + score);
    const order = orderOf(sums, from);
    return placesOfLargest(order, count).map((id) => ({
      from,
      id,
      at: order[id]!,
      sum: sums[id]!,
    }));
  });
  return all
    .filter(({ sum }) => sum > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.at - a.at)
    .slice(0, count)
    .map(({ from, id, sum }) => {
      const { ids, chosen } = running[from]!;
      return { ids: [...ids, id], sum, chosen: [...chosen, tell(from, id)], from };
    });
}
