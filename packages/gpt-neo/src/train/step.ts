import {
  accumulate,
  add,
  isFinite as allFinite,
  type Dimension,
  dimension,
  div,
  fold,
  iota,
  key,
  mul,
  type Scalar,
  type Tensor,
  valueAndGrad,
} from "mtf";
import type { Config } from "../config/index.ts";
import { documentOptions } from "../documents.ts";
import { guessed } from "../guessed.ts";
import { type LossSums, labelCount } from "../loss.ts";
import { meanLoss } from "../mean-loss.ts";
import { type Dims, modelOf, type Parameters } from "../models/index.ts";
import { averaged, withAverage } from "./average.ts";
import { clipped } from "./clipped.ts";
import { learningRate } from "./learning-rate.ts";
import { optimizerOf, type State } from "./optimizer.ts";

/** What a step tells. */
export interface Report {
  /** The cross-entropy before the update, in nats per predicted token. */
  readonly loss: Scalar;
  /** What `z_loss` adds to it in the loss that is trained on; only where it is not 0. */
  readonly zLoss?: Scalar;
  /** What mixtures of experts add to it, where there are any. */
  readonly auxiliary?: Scalar;
  /** The global norm of the gradient, before it is clipped. */
  readonly gradientNorm: Scalar;
}

/** Sums over labels, and what models add beside. */
interface Sums extends LossSums {
  readonly auxiliary?: Scalar;
}

/** A step's tokens, in the parts that are computed one after the other. */
export type Rows = Tensor<"microbatch" | "batch" | "length", "int32">;

/** The dim of the parts a step's batch is computed in. */
export function microbatchOf(config: Config): Dimension<"microbatch"> {
  return dimension("microbatch", config.training.grad_accumulation);
}

/**
 * The state before the first step.
 *
 * @example
 * const begin = lower(() => initialState(config, dims), { layout, inputs: [] });
 */
export function initialState(config: Config, dims: Dims): State {
  const seed = fold(key(config.training.seed), "parameters");
  return stateOf(config, modelOf(config).initial(config, dims, seed));
}

/**
 * A state without numbers, for the inputs of `lower`: trees like those of `initialState`, which need not be
 * computed to know what they are.
 *
 * @example
 * const inputs = [statePlaceholders(config, dims), rows, rows] as const;
 * const lowered = lower(trainingStep(config, dims), { layout, inputs, donate: [0] });
 */
export function statePlaceholders(config: Config, dims: Dims): State {
  return stateOf(config, modelOf(config).placeholders(config, dims));
}

/** What training begins with, beside a model's parameters. */
function stateOf(config: Config, parameters: Parameters): State {
  return withAverage(config, optimizerOf(config).begin(parameters, config));
}

/**
 * One step of training: the loss of all labels, its gradient, clipped to the configured norm, and
 * the optimizer's update of matrices with decay and of biases and gains without, but for the final
 * norm's where they are configured to. Where loss or gradient is not finite, the state stays as it was.
 *
 * @example
 * const step = trainingStep(config, dims);
 * const inputs = [statePlaceholders(config, dims), rows, rows] as const;
 * const program = lower(step, { layout, inputs, donate: [0] });
 */
export function trainingStep(
  config: Config,
  dims: Dims,
): (state: State, tokens: Rows, labels: Rows) => readonly [State, Report] {
  const { weight_decay, decay_final_norm, seed, z_loss } = config.training;
  const noDecay = config.training.no_decay.map((pattern) => new RegExp(pattern));
  const rates = config.training.rates.map(
    ([pattern, factor]) => [new RegExp(pattern), factor] as const,
  );
  const model = modelOf(config);
  // As files have them: of biases, too, several dims may be one there.
  const matrices = new Set(
    model.names(config).flatMap(({ path, shape }) => (shape.length > 1 ? [path] : [])),
  );
  const rate = learningRate(config);
  const microbatch = microbatchOf(config);
  return (state, tokens, following) => {
    const stepKey = fold(fold(key(seed), "dropout"), state.step);
    const { shown, labels } = guessed(config, fold(stepKey, "guessed"), tokens, following);
    const count = labelCount(labels, dims.vocab.size);
    const partLoss = (
      params: Parameters,
      part: Tensor<"batch" | "length", "int32">,
      follow: Tensor<"batch" | "length", "int32">,
      index: Scalar<"int32">,
    ): readonly [Scalar, Sums] => {
      const { auxiliary, ...result } = model.forward(config, dims, params, part, {
        dropout: fold(stepKey, index),
        recompute: config.training.recompute,
        ...documentOptions(config, dims, part),
      });
      const { mean, sums } = meanLoss(config, params, result, follow, count);
      if (!auxiliary) return [mean, sums];
      // Of each part as much as it is of the batch.
      const share = div(auxiliary, microbatch.size);
      return [add(mean, share), { ...sums, auxiliary: share }];
    };
    const lossAndGradient = valueAndGrad(partLoss, { aux: true });
    const [gradient, sums] = accumulate(
      microbatch,
      (part, follow, index) => {
        // Not the loss: a sum that is still owed between devices would be settled to be divided.
        const [, slope, own] = lossAndGradient(state.params, part, follow, index);
        return [slope, own] as const;
      },
      shown,
      labels,
      iota(microbatch),
    );
    const { gradient: given, norm } = clipped(config, gradient, state.params);
    const gate = allFinite(norm);
    const update = {
      rate,
      decay: weight_decay,
      decays: (path: string) =>
        !matching(noDecay, path) &&
        (matrices.has(path) || (decay_final_norm && model.isFinalNorm(path))),
      rates: (path: string) =>
        rates.reduce((all, [pattern, factor]) => (pattern.test(path) ? all * factor : all), 1),
      gate,
    };
    const { average, ...own } = state;
    const stepped = optimizerOf(config).step(own as State, given, update, config);
    const next = averaged(config, average, stepped, gate);
    const report: Report = {
      loss: div(sums.loss, count),
      gradientNorm: norm,
      ...(sums.squares && { zLoss: mul(div(sums.squares, count), z_loss) }),
      ...(sums.auxiliary && { auxiliary: sums.auxiliary }),
    };
    return [next, report];
  };
}

function matching(patterns: readonly RegExp[], path: string): boolean {
  return patterns.some((pattern) => pattern.test(path));
}
