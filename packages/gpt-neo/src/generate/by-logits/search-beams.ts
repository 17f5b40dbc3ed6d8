import { logSoftmax } from "../log-softmax.ts";
import { type BeamRules, type Beams, grown, noBeams } from "../search/beams.ts";
import { checkedOptions } from "./checked-options.ts";
import { logitsOf, type NextLogitsOf } from "./next-logits-of.ts";

/** What `searchBeams` is asked for. */
export interface BeamSearchOptions {
  /** How many texts of each prompt are followed. */
  readonly width: number;
  /** The most new ids of a text. */
  readonly most: number;
  /** The id that ends a text. */
  readonly endOfText: number;
  /** Scores are sums over ((5 + n) / 6) ** alpha, for n new ids (Wu and others, 2016). Default 0. */
  readonly alpha?: number | undefined;
  /** Whether a prompt is done where none that is followed can become better than all found. Default true. */
  readonly stopEarly?: boolean | undefined;
}

/** A text that was found, and how likely it is. */
export interface FoundBeam {
  /** Its new ids, with the one that ends it, if one does. */
  readonly ids: readonly number[];
  /** The sum of their log-probabilities over the penalty of its length; the sum alone where it has no end. */
  readonly score: number;
}

/**
 * The likeliest texts that follow prompts, by Mesh-TensorFlow's beam search, of logits that any function
 * gives: texts with an end from the best on, or where a prompt has none those that were followed. All
 * prompts go on until all are done. `generateAll` with `numBeams` goes by the rules of transformers.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const even = (rows: readonly (readonly number[])[]) => rows.map(() => [0, 0, 0]);
 * const [texts] = await searchBeams(even, [[0]], { width: 2, most: 4, endOfText: 1, alpha: 0.6 });
 */
export async function searchBeams(
  next: NextLogitsOf,
  prompts: readonly (readonly number[])[],
  options: BeamSearchOptions,
): Promise<readonly (readonly FoundBeam[])[]> {
  const whole = { least: 1, whole: true } as const;
  checkedOptions("searchBeams", options, {
    ...{ width: whole, most: whole, endOfText: { least: 0, whole: true } },
    alpha: { least: 0, optional: true },
  });
  const { width, most, endOfText, alpha = 0, stopEarly = true } = options;
  const penalty = (made: number): number => ((5 + made) / 6) ** alpha;
  const rules: BeamRules = {
    ...{ width, candidates: 2 * width, finishable: 2 * width, penalty },
    endingOf: ({ chosen }) => {
      const last = chosen.at(-1)!;
      return last.id === endOfText ? { reason: "eos", chosen: last } : undefined;
    },
    tell: (_, id) => ({ id }),
    orderOf: (sums) => sums,
  };
  const isDone = ({ running: [best], finished }: Beams): boolean => {
    if (!best) return true;
    return stopEarly && finished.length > 0 && finished.at(-1)!.score > best.sum / penalty(most);
  };
  let all = prompts.map(noBeams);
  for (let step = 0; step < most && !all.every(isDone); step++) {
    const rows = all.flatMap(({ running }) => running.map(({ ids }) => ids));
    const logits = await logitsOf("searchBeams", next, rows);
    const scores = logits.map(logSoftmax);
    all = all.map((beams, prompt) => {
      const first = all.slice(0, prompt).reduce((n, { running }) => n + running.length, 0);
      return grown(beams, scores.slice(first, first + beams.running.length), rules);
    });
  }
  return all.map(({ running, finished }, prompt) => {
    const alive = running.map((beam) => ({ beam, score: beam.sum }));
    const found = finished.length > 0 ? finished : alive.slice(0, width);
    return found.map(({ beam, score }) => ({
      ids: beam.ids.slice(prompts[prompt]!.length),
      score,
    }));
  });
}
