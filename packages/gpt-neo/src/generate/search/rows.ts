import { type Few, isFew, type Look, type Told } from "../few/look.ts";
import type { Row } from "../next-logits.ts";
import { type Context, processed, type Scores } from "../processors/index.ts";
import { endingOf, type Rules, tell, tellAmong } from "./rules.ts";
import { type Chosen, enough, type Found, type Search, type Step } from "./search.ts";

/**
 * Chooses an id for a text that has so many ids, one of several texts of a prompt: the likeliest, say, or
 * one at random.
 */
export interface Choice {
  /** By what all processors have made of all logits. */
  of(scores: Scores, length: number, sequence: number): number;
  /** By less, where that may be enough. */
  readonly few?: ChoiceOfFew | undefined;
}

/** Chooses by few of the logits. */
export interface ChoiceOfFew {
  /** What is enough as a rule; undefined where nothing but all is. */
  look(length: number, sequence: number): Look | undefined;
  /** Whether devices that are told no more than a look choose the same, as a rule. */
  readonly asDevices: boolean;
  /** The place of the id that would be chosen among all; undefined where that is not sure. */
  among(few: Few, context: Context, sequence: number): number | undefined;
}

type Looks = Pick<Row, "look" | "nextLook">;

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
  choice: Choice,
  rules: Rules,
): Search {
  const texts = sequences.map((sequence) => {
    return { sequence, row: 0, ids: prompt, promptLength: prompt.length };
  });
  return {
    rows: [{ ids: prompt }],
    step: (told) => chosen(texts, told, choice, rules),
    ended: () => ended(texts),
  };
}

function ended(texts: readonly Text[]): readonly Found[] {
  return texts.map(({ sequence }) => ({ kind: "end", sequence, ending: enough }));
}

function chosen(texts: readonly Text[], told: readonly Told[], choice: Choice, rules: Rules): Step {
  const all = texts.map((text) => chosenFor(text, told[text.row]!, choice, rules));
  if (all.some((one) => one === undefined)) return { found: [], next: going(texts, choice, rules) };
  const found: Found[] = [];
  const left: Text[] = [];
  for (const [i, text] of texts.entries()) {
    const { sequence, promptLength } = text;
    const one = all[i]!;
    if (one === "none") {
      found.push({ kind: "end", sequence, ending: { reason: "length" } });
      continue;
    }
    const ids = [...text.ids, one.id];
    const ending = endingOf(rules, ids, ids.length - promptLength, one);
    if (ending?.reason !== "eos") found.push({ kind: "id", sequence, chosen: one });
    if (ending) found.push({ kind: "end", sequence, ending });
    else left.push({ ...text, ids });
  }
  const looks = left.map((text) => looksOf(text, choice, rules));
  return { found, next: left.length > 0 ? going(left, choice, rules, looks) : undefined };
}

/** What is enough of what follows a text, and of what follows it and one id more, if any may. */
function looksOf({ ids, sequence, promptLength }: Text, { few }: Choice, { most }: Rules): Looks {
  const look = few?.look(ids.length, sequence);
  const further = few?.asDevices && ids.length + 1 - promptLength < most;
  return { look, nextLook: further ? few.look(ids.length + 1, sequence) : undefined };
}

/** What follows a text: nothing, where no id may; undefined where more has to be told for that. */
function chosenFor(
  text: Text,
  told: Told,
  choice: Choice,
  rules: Rules,
): Chosen | "none" | undefined {
  const { ids, sequence } = text;
  if (isFew(told)) {
    const place = choice.few?.among(told, text, sequence);
    return place === undefined ? undefined : tellAmong(rules.told, place, told);
  }
  const scores = processed(rules.processors, new Float64Array(told), text);
  if (scores.every((score) => score === Number.NEGATIVE_INFINITY)) return "none";
  return tell(rules.told, choice.of(scores, ids.length, sequence), told, scores);
}

/** The search that goes on with a row for each text. */
function going(
  texts: readonly Text[],
  choice: Choice,
  rules: Rules,
  looks: readonly Looks[] = [],
): Search {
  const own = texts.map((text, row) => ({ ...text, row }));
  return {
    rows: texts.map(({ ids, row }, i) => ({ ids, continues: row, ...looks[i] })),
    step: (told) => chosen(own, told, choice, rules),
    ended: () => ended(own),
  };
}
