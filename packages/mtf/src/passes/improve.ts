import type { Program } from "../program/program.ts";
import { buckets } from "./buckets.ts";
import { commonMoves } from "./commonMoves.ts";
import { convolutions } from "./convolutions.ts";
import { loopInvariantMoves } from "./loopInvariantMoves.ts";
import { overlap } from "./overlap.ts";
import { type ProgramPass, through, type Wishes } from "./pass.ts";
import { scatteredOnto } from "./scatteredOnto.ts";
import { splitSums } from "./splitSums.ts";

/** What a program that has been written goes through, in this order. */
export const passes: readonly ProgramPass[] = [
  convolutions,
  scatteredOnto,
  splitSums,
  loopInvariantMoves,
  commonMoves,
  buckets,
  overlap,
];

/** A program that moves less, or less often: one pass after the other. */
export function improveProgram(program: Program, wishes: Wishes): Program {
  return passes.reduce((before, pass) => through(before, pass, wishes), program);
}
