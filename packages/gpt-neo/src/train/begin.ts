import { type Layout, lower } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import type { Devices, Held } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import { withWayBack } from "../damaged-checkpoint.ts";
import { type Position, start } from "../data/index.ts";
import { zeros } from "../model-folder.ts";
import { type Dims, modelOf } from "../models/index.ts";
import { parameterSource } from "../weights/parameter-source.ts";
import type { NamedTensors } from "../weights/source.ts";
import type { Progress } from "./checkpoint.ts";
import { positionIn } from "./data/position.ts";
import type { State } from "./optimizer.ts";
import type { OptimizerState } from "./optimizer-state.ts";
import { slicedState } from "./sliced-state.ts";
import { initialState } from "./step.ts";

/** What a run begins from. */
export type Origin =
  | { readonly kind: "random" }
  /** Weights, with the optimizer's state of a first step. */
  | { readonly kind: "weights"; readonly weights: NamedTensors }
  /** Weights with the optimizer's state that was saved beside them. */
  | {
      readonly kind: "optimizer";
      readonly weights: NamedTensors;
      readonly optimizer: OptimizerState;
    }
  /** A checkpoint of ours, in a folder. */
  | { readonly kind: "checkpoint"; readonly path: string };

/** What a run begins with: the state on the devices, the steps behind it, and where its data are. */
export interface Beginning {
  readonly state: Held<State>;
  readonly step: number;
  readonly position: Position;
  /** The loss of the last step behind it, where it is known. */
  readonly loss?: number | undefined;
}

/** Where the state is to be put, and how. */
export interface Place {
  readonly config: Config;
  readonly dims: Dims;
  readonly layout: Layout;
  readonly devices: Devices;
}

/**
 * Puts a run's first state on the devices. Data are taken from their beginning, except where a
 * checkpoint of ours says where they were.
 *
 * @throws MtfError `bad-checkpoint` where a checkpoint is of another model; `bad-file` where what is
 * read is damaged
 * @example
 * const { state, step } = await begin({ kind: "random" }, place);
 */
export async function begin(origin: Origin, place: Place): Promise<Beginning> {
  const { config, dims, devices } = place;
  const layout = slicedState(place.layout, config, dims);
  const initial = lower(() => initialState(config, dims), { layout, inputs: [] as const });
  switch (origin.kind) {
    case "random": {
      const make = await devices.load(initial);
      const state = await make();
      await make.unload();
      return { state, step: 0, position: start };
    }
    case "weights":
    case "optimizer": {
      const optimizer = origin.kind === "optimizer" ? origin.optimizer : undefined;
      const parts = {
        params: origin.weights,
        mean: optimizer?.mean,
        variance: optimizer?.variance,
        // An average begins as what it is of.
        average: origin.weights,
      };
      const names = new Map(
        modelOf(config)
          .names(config)
          .map((name) => [name.path, name]),
      );
      const step = optimizer?.step ?? 0;
      const state = await devices.putTree(initial, (path, tensor) => {
        if (path === "step") return step;
        const [part, ...rest] = path.split("/");
        const from = parts[part as keyof typeof parts];
        return from ? parameterSource(from, names.get(rest.join("/"))!) : zeros(tensor);
      });
      return { state, step, position: start };
    }
    case "checkpoint": {
      const checkpoint = await openCheckpoint(origin.path);
      try {
        const state = await checkpoint.load(devices, initial).catch(async (error: unknown) => {
          throw await withWayBack(error, origin.path, "resume");
        });
        const progress = checkpoint.metadata as Progress;
        const position = positionIn(progress, config.training.context);
        return { state, step: progress.step, position, loss: progress.loss };
      } finally {
        await checkpoint.close();
      }
    }
  }
}
