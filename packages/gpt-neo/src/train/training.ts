import type { Layout, MachineModel } from "mtf";
import type { Devices, Profile } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import type { Team } from "../team.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import type { Origin } from "./begin.ts";
import type { Kept } from "./checkpoint.ts";
import type { OpenedData } from "./data/opened-data.ts";
import type { DataOrder } from "./data/order.ts";
import type { Settings } from "./settings.ts";

/** Everything a run is made of. */
export interface Training {
  readonly config: Config;
  readonly data: OpenedData;
  /** The order of the data, which is saved with them. */
  readonly dataOrder: DataOrder;
  /** Kept with checkpoints, to name what changes. */
  readonly settings: Settings;
  readonly tokenizer: Tokenizer | undefined;
  /** Where the model and its checkpoints are saved; without it they are not. */
  readonly out: string | undefined;
  readonly devices: Devices;
  readonly layout: Layout;
  /** What a step is planned for; the default of `lower` without it. */
  readonly machine?: MachineModel;
  readonly from: Origin;
  /** The checkpoints to keep; by default the last two, and the best. */
  readonly kept?: Kept;
  /** Steps between samples of text; by default none are made. */
  readonly sampleEvery?: number | undefined;
  /** Whether one of its steps is profiled. */
  readonly profile?: boolean | undefined;
  /** The processes that take the steps; by default one. */
  readonly team?: Team | undefined;
  /** Asked before every step: whether to save and end. */
  readonly stopped?: () => boolean;
  readonly on: Listener;
}

/** What a run tells while it goes on. */
export interface Listener {
  note(text: string): void;
  /** After each step, in order; with the validation loss where there is one. */
  step(entry: StepEntry): unknown;
  /** After each checkpoint. */
  saved?(step: number): Promise<void>;
  /** While a validation goes on: the batches that are behind it. */
  validating?(done: number, all: number): void;
  /** Text that the model makes by now, where it is asked for. */
  sample?(step: number, text: string): unknown;
  /** What a step took, where it was profiled. */
  profiled?(step: number, profile: Profile): unknown;
}

/** A step, as the log has it. */
export interface StepEntry {
  readonly step: number;
  readonly loss: number;
  /** What `z_loss` adds to the loss that is trained on; only where it is not 0. */
  readonly zLoss?: number;
  /** What mixtures of experts add to it, where there are any. */
  readonly auxiliary?: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** Tokens a step. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** The part of a peak that this is: of `peak`, or of what the devices were measured to reach. */
  readonly peakShare?: number;
  /** Bytes that all devices together receive from each other in a step. */
  readonly bytesMoved: number;
  /** Bytes that a step holds on a device at most, as planned. */
  readonly memoryBytes: number;
  readonly validationLoss?: number;
}

/** How a run ended. */
export interface Outcome {
  readonly step: number;
  /** The step of the last checkpoint; undefined where nothing was saved. */
  readonly saved: number | undefined;
  readonly loss: number | undefined;
  readonly validationLoss: number | undefined;
  readonly finished: boolean;
}
