import type { Bucket, Instruction } from "../../src/program/program.ts";

export type Separate = Exclude<Instruction, Bucket>;

/** Instructions with each reduction by itself, as if none were done together. */
export function separate(instructions: readonly Instruction[]): readonly Separate[] {
  return instructions.flatMap((i): readonly Separate[] => (i.kind === "bucket" ? i.reduces : [i]));
}
