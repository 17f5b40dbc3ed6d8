import {
  isStream,
  type Position,
  type SampleSet,
  type Samples,
  type Taken,
  type TrainingData,
  takeFrom,
} from "../../data/index.ts";
import type { Contents } from "./changed-content.ts";

/** What a run trains on and validates with, of which nothing may be read yet. */
export interface OpenedData {
  /** As `takeBatch`; waits for data that are not there yet. */
  take(position: Position, rows: number, seed: number): Promise<Taken>;
  /** Begins to get ready what comes at a position; done when it is. */
  prepare(position: Position, seed: number): Promise<void>;
  /** What to validate with, when it is read; undefined if there is nothing. */
  readonly validation: (() => Promise<SampleSet>) | undefined;
  /** How much there is, as a run's settings have it. */
  readonly counts: Readonly<Record<string, number>>;
  /** What tells them from others that are as many. */
  readonly contents?: Contents | undefined;
  close(): Promise<void>;
}

/** Samples to train on as a run takes them. */
export function takingFrom(train: Samples): Pick<OpenedData, "take" | "prepare"> {
  return {
    take: (position, rows, seed) => takeFrom(train, position, rows, seed),
    prepare: async (position, seed) => {
      if (isStream(train)) await train.prepare(position, seed);
    },
  };
}

/**
 * Data that are read, as a run takes them.
 *
 * @param ownValidation whether what is validated with are other data, which count by themselves
 */
export function readAlready(
  { train, validation, tokens, close }: TrainingData,
  ownValidation: boolean,
): OpenedData {
  return {
    ...takingFrom(train),
    validation: validation && (async () => validation),
    counts: {
      data_tokens: tokens,
      ...(ownValidation && validation && { validation_tokens: validation.tokens }),
    },
    close: async () => close(),
  };
}
