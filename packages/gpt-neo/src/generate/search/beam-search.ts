import { logSoftmax } from "../log-softmax.ts";
import { processed, type Scores } from "../processors/index.ts";
import { type Beams, grown, noBeams } from "./beams.ts";
import { endingOf, type Rules, tell } from "./rules.ts";
import { type Ending, enough, type Found, type Search, type Step } from "./search.ts";

/** What a beam search is asked for, beside the rules of all searches. */
export interface BeamOptions {
  readonly width: number;
  /** How many of the best texts are given. */
  readonly count: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
  /** What continuations are ordered by, of the sums of a beam whose text has so many ids. */
  readonly orderOf: (sums: Scores, length: number, beam: number) => Scores;
}

/**
 * The likeliest texts that follow a prompt, as far as following the `width` likeliest beginnings finds
 * them, as transformers does it. They are found when the search ends, from the best on; fewer than
 * `count` where there are no more.
 */
export function beamSearch(prompt: readonly number[], options: BeamOptions, rules: Rules): Search {
  const none = noBeams(prompt);
  return {
    rows: [{ ids: prompt }],
    step: (logits: readonly Float32Array[]) => step(none, logits),
    ended: () => ended(none),
  };

  /** Those that are followed end as they are, and the best of all are given. */
  function ended({ length, running, finished }: Beams, ending: Ending = enough): readonly Found[] {
    const penalty = Math.max(1, length) ** options.lengthPenalty;
    const cut = running.map((beam) => ({ beam, ending, score: beam.sum / penalty }));
    const all = [...finished, ...cut].sort((a, b) => b.score - a.score);
    return foundIn({ length, running: [], finished: all }, options);
  }

  function step(beams: Beams, logits: readonly Float32Array[]): Step {
    const scores = beams.running.map(({ ids }, row) => {
      const context = { ids, promptLength: prompt.length };
      return processed(rules.processors, logSoftmax(logits[row]!), context);
    });
    const next = grown(beams, scores, {
      width: options.width,
      candidates: Math.max(2, 1 + rules.ends.length) * options.width,
      finishable: options.width,
      penalty: (length) => length ** options.lengthPenalty,
      endingOf: ({ ids, chosen }, length) => endingOf(rules, ids, length, chosen.at(-1)!),
      tell: (from, id) => tell(rules.told, id, logits[from]!, scores[from]!),
      orderOf: (sums, beam) => options.orderOf(sums, beams.running[beam]!.ids.length, beam),
    });
    // No id may follow any of them: they are as long as they may be.
    if (next.running.length + next.finished.length === 0) {
      return { found: ended(beams, { reason: "length" }), next: undefined };
    }
    if (isDone(next, options, rules)) return { found: foundIn(next, options), next: undefined };
    const rows = next.running.map(({ ids, from }) => ({ ids, continues: from }));
    const going = {
      rows,
      step: (more: typeof logits) => step(next, more),
      ended: () => ended(next),
    };
    return { found: [], next: going };
  }
}

/** Whether no text that is followed can or need become one of the best. */
function isDone({ length, running, finished }: Beams, options: BeamOptions, rules: Rules): boolean {
  const { width, lengthPenalty, earlyStopping } = options;
  const [best] = running;
  if (!best) return true;
  if (finished.length < width) return false;
  if (earlyStopping === true) return true;
  const longest = earlyStopping === "never" && lengthPenalty > 0 ? rules.most : length;
  return best.sum / longest ** lengthPenalty <= finished.at(-1)!.score;
}

function foundIn({ finished }: Beams, { count }: BeamOptions): readonly Found[] {
  return finished.slice(0, count).flatMap(({ beam, ending, score }, sequence): readonly Found[] => {
    const ids = ending.reason === "eos" ? beam.chosen.slice(0, -1) : beam.chosen;
    return [
      ...ids.map((chosen) => ({ kind: "id", sequence, chosen }) as const),
      { kind: "end", sequence, ending, score },
    ];
  });
}
