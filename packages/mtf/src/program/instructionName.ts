import type { Instruction, Rounds } from "./program.ts";

/** What an instruction is called where it stands by itself: `einsum`, `all-reduce`, `loop over time`. */
export function instructionName(instruction: Instruction): string {
  switch (instruction.kind) {
    case "compute": {
      const { op } = instruction;
      return op.kind === "elementwise" ? op.attributes.fn : op.kind;
    }
    case "reduce":
    case "move":
      return instruction.name;
    case "bucket":
      return instruction.reduces[0]!.name;
    case "start":
      return instructionName(instruction.collective);
    case "wait":
      return "wait";
    case "region":
      return roundsName(instruction.rounds);
  }
}

function roundsName(rounds: Rounds): string {
  switch (rounds.kind) {
    case "each":
      return `loop over ${rounds.dim.name}`;
    case "while":
      return "whileLoop";
    case "either":
      return "cond";
  }
}
