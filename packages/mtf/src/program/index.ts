export type { Lowered } from "./lowered.ts";
export type { Box, Placement, Range } from "./placement.ts";
export { printProgram } from "./print.ts";
export type {
  Compute,
  Conflict,
  Input,
  Instruction,
  Loop,
  LoopBinding,
  Move,
  Origin,
  Output,
  Program,
  Reduce,
  Value,
} from "./program.ts";
