import type { Profile } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import type { StepEntry } from "./training.ts";

/** What follows a run. Each is awaited; what one throws ends the run, with nothing saved for it. */
export interface TrainListener {
  /** Before the first step, when all is read and placed. */
  readonly onBegin?: ((begun: RunBegun) => unknown) | undefined;
  /** After each step, in order; with the validation loss where there is one. */
  readonly onStep?: ((entry: StepEntry) => unknown) | undefined;
  /** After each validation. */
  readonly onValidation?: ((validated: Validated) => unknown) | undefined;
  /** After each checkpoint is in its folder. */
  readonly onCheckpoint?: ((saved: SavedStep) => unknown) | undefined;
  /** Text that the model makes by now, where `sampleEvery` asks for it. */
  readonly onSample?: ((sample: SampledText) => unknown) | undefined;
  /** What a step took where, where `profile` asks for it. */
  readonly onProfile?: ((profiled: ProfiledStep) => unknown) | undefined;
  /** A sentence about what is done, or left out. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** How far is what takes its time. */
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  /**
   * Ends the run after the step it is at, with a checkpoint. Before the first step it ends by the
   * signal's reason, thrown.
   */
  readonly signal?: AbortSignal | undefined;
  /** Asked before each step: whether to save and end there. */
  readonly stopped?: (() => boolean) | undefined;
}

/** What a run is when it begins. */
export interface RunBegun {
  readonly config: Config;
  /** The steps behind it; 0 for a new one. */
  readonly step: number;
}

/** The loss of samples that are not trained on, after a step. */
export interface Validated {
  readonly step: number;
  readonly loss: number;
}

/** A checkpoint, in its folder. */
export interface SavedStep {
  readonly step: number;
  readonly folder: string;
}

/** What the model says after a step. */
export interface SampledText {
  readonly step: number;
  readonly text: string;
}

/** What devices did in a step, and when. */
export interface ProfiledStep {
  readonly step: number;
  readonly profile: Profile;
}

/** How far something is. */
export type TrainProgress =
  | {
      readonly kind: "reading" | "tokenizing";
      readonly documents: number;
      readonly tokens: number;
      readonly file: string;
    }
  /** Steps wait for text: the chunks of it that were tokenized meanwhile. */
  | { readonly kind: "awaiting"; readonly chunks: number }
  /** All that has to be is read. */
  | { readonly kind: "read" }
  | { readonly kind: "validating"; readonly done: number; readonly all: number };
