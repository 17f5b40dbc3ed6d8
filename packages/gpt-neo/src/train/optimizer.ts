import {
  type AdafactorState,
  type AdamState,
  type AnyTensor,
  adafactor,
  adafactorState,
  adamState,
  adamw,
  type LionState,
  lion,
  lionState,
  type Scalar,
  type Schedule,
  type Sides,
} from "mtf";
import type { Config, OptimizerName } from "../config/index.ts";
import type { Parameters } from "../models/index.ts";

/** What each optimizer carries from step to step. */
interface States {
  readonly adamw: AdamState<Parameters>;
  readonly adafactor: AdafactorState<Parameters>;
  readonly lion: LionState<Parameters>;
}

/** What training carries from step to step: parameters, what the optimizer keeps, and the step. */
export type State = States[OptimizerName];

/** What every optimizer is told of a step. */
interface Step {
  readonly rate: Schedule;
  readonly decay: number;
  readonly decays: (path: string, parameter: AnyTensor) => boolean;
  /** Where it is false, the state stays as it was. */
  readonly gate: Scalar<"bool">;
}

interface Optimizer<S> {
  begin(parameters: Parameters, config: Config): S;
  step(state: S, gradient: Parameters, step: Step, config: Config): S;
}

const optimizers: { readonly [Name in OptimizerName]: Optimizer<States[Name]> } = {
  adamw: {
    begin: (parameters) => adamState(parameters),
    step: (state, gradient, step, { training }) => {
      const { betas, epsilon, bias_correction: biasCorrection } = training;
      const [beta1, beta2] = betas;
      return adamw(state, gradient, { ...step, beta1, beta2, epsilon, biasCorrection });
    },
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
