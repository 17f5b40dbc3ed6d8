/** A row of numbers that an id is chosen by: logits, or log-probabilities. -Infinity is never chosen. */
export type Scores = Float64Array<ArrayBuffer>;

/** What a processor may know of the text so far. */
export interface Context {
  /** All its ids, the prompt's first. */
  readonly ids: readonly number[];
  /** How many of them are the prompt's. */
  readonly promptLength: number;
}

/** Changes what an id is chosen by. Gives new numbers, and leaves those it is given as they are. */
export type Processor = (scores: Scores, context: Context) => Scores;
