import {
  type AdamState,
  type AnyTensor,
  adamState,
  adamw,
  isTensor,
  leavesOf,
  type MuonState,
  mapLeaves,
  muon,
  muonState,
  type Scalar,
} from "mtf";
import type { Parameters } from "../models/index.ts";
import { adamOptions } from "./adam-options.ts";
import { matrixSides } from "./matrix-sides.ts";
import type { Optimizer } from "./optimizer.ts";

type ByPath = Readonly<Record<string, AnyTensor>>;

/** What Muon keeps of matrices, and Adam of the other parameters, by the paths of these. */
export interface MuonAndAdamState {
  readonly params: Parameters;
  readonly matrices: ByPath;
  readonly mean: ByPath;
  readonly variance: ByPath;
  readonly step: Scalar<"int32">;
}

/** Muon's steps of matrices within blocks; tables, biases and gains take AdamW's. */
export const muonAndAdam: Optimizer<MuonAndAdamState> = {
  begin: (params) => {
    const { matrices, others } = parted(params);
    const { mean: ofMatrices } = muonState(matrices);
    const { mean, variance, step } = adamState(others);
    return { params, matrices: ofMatrices, mean, variance, step };
  },
  step: (state, gradient, step, config) => {
    const [params, slopes] = [parted(state.params), parted(gradient)];
    const straight: MuonState<ByPath> = muon(
      { params: params.matrices, mean: state.matrices, step: state.step },
      slopes.matrices,
      {
        ...step,
        momentum: config.training.muon_momentum,
        sides: (path, p) => matrixSides(path, p)!,
      },
    );
    const { mean, variance } = state;
    const adam: AdamState<ByPath> = adamw(
      { params: params.others, mean, variance, step: state.step },
      slopes.others,
      { ...step, ...adamOptions(config) },
    );
    const next = { ...straight.params, ...adam.params };
    return {
      params: mapLeaves(state.params, isTensor, (_, path) => next[path]!) as Parameters,
      matrices: straight.mean,
      mean: adam.mean,
      variance: adam.variance,
      step: adam.step,
    };
  },
};

/** Dims of which a table has a row for each place: it is looked up, or gives logits. */
const ofTables = ["vocab", "position", "axial_dim_0", "axial_dim_1"];

function parted(params: Parameters): { readonly matrices: ByPath; readonly others: ByPath } {
  const all = leavesOf(params, isTensor) as readonly (readonly [string, AnyTensor])[];
  const isMatrix = ([path, parameter]: (typeof all)[number]): boolean =>
    matrixSides(path, parameter) !== undefined &&
    !parameter.names.some((name) => ofTables.includes(name));
  return {
    matrices: Object.fromEntries(all.filter(isMatrix)),
    others: Object.fromEntries(all.filter((one) => !isMatrix(one))),
  };
}
