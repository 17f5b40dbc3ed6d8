/** A row of numbers that an id is chosen by: logits, or log-probabilities. -Infinity is never chosen. */
export type Scores = Float64Array<ArrayBuffer>;

/** What a processor may know of the text so far. */
export interface Context {
  /** All its ids, the prompt's first. */
  readonly ids: readonly number[];
  /** How many of them are the prompt's. */
  readonly promptLength: number;
}

/** What becomes of the scores of some ids; all others stay. */
export type Changes = (context: Context) => ReadonlyMap<number, (score: number) => number>;

/** Changes what an id is chosen by. Leaves the numbers that it is given as they are. */
export interface Processor {
  (scores: Scores, context: Context): Scores;
  /** Where it does no more than this, and never raises a score: then few of the scores may tell enough. */
  readonly lowers?: Changes;
}
