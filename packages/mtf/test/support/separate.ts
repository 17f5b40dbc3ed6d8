import type { Bucket, Instruction, Start, Wait } from "../../src/program/program.ts";

export type Separate = Exclude<Instruction, Bucket | Start | Wait>;

/** Instructions with each reduction by itself, as if none were done together or while others are. */
export function separate(instructions: readonly Instruction[]): readonly Separate[] {
  return instructions.flatMap((i): readonly Separate[] => {
    switch (i.kind) {
      case "bucket":
        return i.reduces;
      case "start":
        return separate([i.collective]);
      case "wait":
        return [];
      default:
        return [i];
    }
  });
}
