/**
 * Pieces of layers: norms, rotary positions, attention, feed-forward networks, dropout. Each is a
 * function of named tensors, written in the ops of `mtf`, and split as they are.
 *
 * @module mtf/nn
 */

export { type AttentionOptions, attention } from "./nn/attention.ts";
export { causal } from "./nn/causal.ts";
export { dropout } from "./nn/dropout.ts";
export { type Activation, feedForward, type Linear } from "./nn/feedForward.ts";
export { gatedFeedForward } from "./nn/gatedFeedForward.ts";
export { geluExact } from "./nn/geluExact.ts";
export { linear } from "./nn/linear.ts";
export { rmsNorm } from "./nn/rmsNorm.ts";
export { type RotaryOptions, rotary } from "./nn/rotary.ts";
export { rotaryAngles, rotaryFrequencies } from "./nn/rotaryAngles.ts";
