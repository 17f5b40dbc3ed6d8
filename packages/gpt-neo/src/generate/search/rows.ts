import { type Context, processed, type Scores } from "../processors/index.ts";
import { endingOf, type Rules, tell } from "./rules.ts";
import { enough, type Found, type Search, type Step } from "./search.ts";

/**
 * Chooses an id by scores, for a text that has so many ids, one of several texts of a prompt: the
 * likeliest, say, or one at random.
 */
export type Choose = (scores: Scores, length: number, sequence: number) => number;

/** A text that goes on, and which of the rows it is. */
interface Text extends Context {
  readonly sequence: number;
  readonly row: number;
}

/**
 * Several texts that follow a prompt, an id at a time, each by itself: greedy, or drawn. They begin
 * with one row, and are as many rows as there are texts that go on.
 *
 * @param sequences which texts of the prompt they are
 */
export function inRows(
  prompt: readonly number[],
  sequences: readonly number[],
  choose: Choose,
  rules: Rules,
): Search {
  const texts = sequences.map((sequence) => {
    return { sequence, row: 0, ids: prompt, promptLength: prompt.length };
  });
  return {
    rows: [{ ids: prompt }],
    step: (logits) => chosen(texts, logits, choose, rules),
    ended: () => ended(texts),
  };
}

function ended(texts: readonly Text[]): readonly Found[] {
  return texts.map(({ sequence }) => ({ kind: "end", sequence, ending: enough }));
}

function chosen(
  texts: readonly Text[],
  logits: readonly Float32Array[],
  choose: Choose,
  rules: Rules,
): Step {
  const found: Found[] = [];
  const going: Text[] = [];
  for (const text of texts) {
    const { sequence, promptLength } = text;
    const row = logits[text.row]!;
    const scores = processed(rules.processors, new Float64Array(row), text);
    const id = choose(scores, text.ids.length, sequence);
    const ids = [...text.ids, id];
    const told = tell(rules.told, id, row, scores);
    const ending = endingOf(rules, ids, ids.length - promptLength, told);
    if (ending?.reason !== "eos") found.push({ kind: "id", sequence, chosen: told });
    if (ending) found.push({ kind: "end", sequence, ending });
    else going.push({ ...text, ids });
  }
  if (going.length === 0) return { found, next: undefined };
  const rows = going.map(({ ids, row }) => ({ ids, continues: row }));
  const next = going.map((text, row) => ({ ...text, row }));
  const step = (more: readonly Float32Array[]) => chosen(next, more, choose, rules);
  return { found, next: { rows, step, ended: () => ended(next) } };
}
