export { type AdamOptions, type AdamState, adam, adamState, adamw } from "./adam.ts";
export { clipByGlobalNorm, globalNorm } from "./norm.ts";
export {
  constantRate,
  cosineDecay,
  type DecayOptions,
  linearDecay,
  linearWarmup,
  type Schedule,
  schedule,
} from "./schedule.ts";
export { type MomentumState, momentum, momentumState, sgd } from "./sgd.ts";
export type { Rate } from "./update.ts";
