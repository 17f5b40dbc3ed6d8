export type { Unknown } from "./bodies.ts";
export type { Lowered } from "./lowered.ts";
export type { Box, Placement, Range } from "./placement.ts";
export { printProgram } from "./print.ts";
export type {
  Binding,
  Bucket,
  Carried,
  Collective,
  Compute,
  Conflict,
  Input,
  Instruction,
  Move,
  Origin,
  Output,
  Program,
  Reduce,
  Region,
  Rounds,
  Side,
  Start,
  Value,
  Wait,
} from "./program.ts";
export { sliceOf } from "./sliceOf.ts";
