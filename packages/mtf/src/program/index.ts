export type { Lowered } from "./lowered.ts";
export type { Box, Placement, Range } from "./placement.ts";
export { printProgram } from "./print.ts";
export type {
  Binding,
  Bucket,
  Carried,
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
  Value,
} from "./program.ts";
