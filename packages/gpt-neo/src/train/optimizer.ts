import {
  type AdafactorState,
  type AdagradState,
  type AdamState,
  type AnyTensor,
  adafactor,
  adafactorState,
  adagrad,
  adagradState,
  adamState,
  adamw,
  type LionState,
  lion,
  lionState,
  type RmspropState,
  rmsprop,
  rmspropState,
  type Scalar,
  type Schedule,
  type Sides,
} from "mtf";
import type { Config, OptimizerName } from "../config/index.ts";
import type { Parameters } from "../models/index.ts";
import { adamOptions } from "./adam-options.ts";
import { type MuonAndAdamState, muonAndAdam } from "./muon-and-adam.ts";

/** What each optimizer carries from step to step. */
interface States {
  readonly adamw: AdamState<Parameters>;
  readonly adafactor: AdafactorState<Parameters>;
  readonly lion: LionState<Parameters>;
  readonly muon: MuonAndAdamState;
  readonly rmsprop: RmspropState<Parameters>;
  readonly adagrad: AdagradState<Parameters>;
}

/**
 * What training carries from step to step: parameters, what the optimizer keeps, the step, and an average
 * of parameters where the config asks for one.
 */
export type State = States[OptimizerName] & { readonly average?: Parameters };

/** What every optimizer is told of a step. */
export interface Step {
  readonly rate: Schedule;
  readonly decay: number;
  readonly decays: (path: string, parameter: AnyTensor) => boolean;
  readonly rates: (path: string, parameter: AnyTensor) => number;
  /** Where it is false, the state stays as it was. */
  readonly gate: Scalar<"bool">;
}

export interface Optimizer<S> {
  begin(parameters: Parameters, config: Config): S;
  step(state: S, gradient: Parameters, step: Step, config: Config): S;
}

const optimizers: { readonly [Name in OptimizerName]: Optimizer<States[Name]> } = {
  adamw: {
    begin: (parameters) => adamState(parameters),
    step: (state, gradient, step, config) =>
      adamw(state, gradient, { ...step, ...adamOptions(config) }),
  },
  adafactor: {
    begin: (parameters, { training }) =>
      adafactorState(parameters, { sides, momentum: training.adafactor_momentum !== null }),
    step: (state, gradient, step, { training }) =>
      adafactor(state, gradient, {
        ...step,
        decayRate: training.adafactor_decay_rate ?? undefined,
        beta1: training.adafactor_momentum ?? undefined,
        epsilon: training.adafactor_epsilon,
        leastScale: training.adafactor_least_scale,
      }),
  },
  lion: {
    begin: (parameters) => lionState(parameters),
    step: (state, gradient, step, { training }) => {
      const [beta1, beta2] = training.betas;
      return lion(state, gradient, { ...step, beta1, beta2 });
    },
  },
  muon: muonAndAdam,
  rmsprop: {
    begin: (parameters) => rmspropState(parameters),
    step: (state, gradient, step, { training }) => {
      const { betas, epsilon } = training;
      return rmsprop(state, gradient, { ...step, keep: betas[1], epsilon });
    },
  },
  adagrad: {
    begin: (parameters) => adagradState(parameters),
    step: (state, gradient, step, { training }) =>
      adagrad(state, gradient, { ...step, epsilon: training.epsilon }),
  },
};

/** The optimizer of a config. */
export function optimizerOf({ training }: Config): Optimizer<State> {
  // Whoever steps a state got it from the same config.
  return optimizers[training.optimizer] as unknown as Optimizer<State>;
}

/** Heads and the width of each are one side of a matrix, as the files of weights have it. */
function sides(_: string, { names }: AnyTensor): Sides | undefined {
  if (names.length < 2 || !names.includes("embd")) return undefined;
  return { inputs: ["embd"], outputs: names.filter((name) => name !== "embd") };
}
