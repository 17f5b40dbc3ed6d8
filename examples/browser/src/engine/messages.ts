import type { StepEntry, WrittenConfig } from "gpt-neo";
import type { Where } from "../where.ts";

/** A training to begin, or to go on with. */
export interface ToTrain {
  /** The run's folder in the page's private files. */
  readonly out: string;
  readonly config: WrittenConfig;
  readonly where: Where;
  readonly text: string;
  readonly steps: number;
  readonly sampleEvery: number;
  readonly resume: boolean;
}

/** A text to go on with. */
export interface ToSay {
  readonly folder: string;
  readonly prompt: string;
  readonly temperature: number;
  readonly length: number;
  readonly seed: number;
}

/** What the page asks of its engine. */
export type ToEngine =
  | { readonly kind: "train"; readonly asked: ToTrain }
  /** To save and end after the step it is at. */
  | { readonly kind: "pause" }
  | { readonly kind: "say"; readonly asked: ToSay }
  | { readonly kind: "hush" };

/** What the engine tells. */
export type FromEngine =
  | { readonly kind: "begun"; readonly step: number }
  | { readonly kind: "step"; readonly entry: StepEntry }
  | { readonly kind: "sample"; readonly step: number; readonly text: string }
  | { readonly kind: "note"; readonly line: string }
  | { readonly kind: "trained"; readonly step: number; readonly finished: boolean }
  | { readonly kind: "piece"; readonly text: string }
  | { readonly kind: "said"; readonly tokensPerSecond: number }
  /** What was asked for last came to nothing. */
  | { readonly kind: "failed"; readonly message: string };
