import { ema, identity, mapTensors, type Scalar, where } from "mtf";
import type { Config } from "../config/index.ts";
import type { Parameters } from "../models/index.ts";
import type { State } from "./optimizer.ts";

/** The state with an average of weights beside them, where a config keeps one. */
export function withAverage({ training }: Config, state: State): State {
  if (training.ema === null) return state;
  return { ...state, average: mapTensors((x) => identity(x) as typeof x, state.params) } as State;
}

/** The state after a step, with the average moved on by the new weights, where the step was taken. */
export function averaged(
  { training }: Config,
  average: Parameters | undefined,
  after: State,
  gate: Scalar<"bool">,
): State {
  if (training.ema === null || average === undefined) return after;
  const next = ema(average, after.params, { keep: training.ema });
  const kept = mapTensors(
    (x, old) => where(gate, x as never, old as never) as never,
    next,
    average,
  );
  return { ...after, average: kept } as State;
}

/** What is the model of a state: its average, where it keeps one. */
export function weightsOf<P>({ params, average }: { readonly params: P; readonly average?: P }): P {
  return average ?? params;
}
