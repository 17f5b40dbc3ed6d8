import {
  enteringOf,
  type Instruction,
  leavingOf,
  type Program,
  readsOf,
  writesOf,
} from "./program.ts";

/** What ends with an instruction. */
export interface Lifetime {
  /** The values that nothing needs afterwards, results that nothing ever needs included. */
  readonly dies: readonly number[];
  /** The positions of operands whose memory the results may take. */
  readonly reuse: readonly number[];
  /** Of a region, the lifetimes of the instructions of each of its bodies, the same in every round. */
  readonly bodies: readonly (readonly Lifetime[])[];
}

export interface Liveness {
  /** Donated inputs that nothing needs. */
  readonly unused: readonly number[];
  /** One entry for each instruction of the program. */
  readonly instructions: readonly Lifetime[];
}

/**
 * When the values of a program die. Outputs and inputs that were not donated never do: they are the
 * caller's. In a region's body, what is bound whole from outside never dies and what is taken
 * out of it dies at the end of each round.
 *
 * @example
 * const { instructions } = livenessOf(program);
 * instructions[3].dies; // [7, 9]
 */
export function livenessOf(program: Program): Liveness {
  const kept = new Set(program.outputs.map((output) => output.value));
  for (const input of program.inputs) if (!input.donated) kept.add(input.value);
  const needed = new Set([...kept, ...program.instructions.flatMap(readsOf)]);
  return {
    unused: program.inputs.map((input) => input.value).filter((value) => !needed.has(value)),
    instructions: lifetimes(program.instructions, kept),
  };
}

function lifetimes(
  instructions: readonly Instruction[],
  kept: ReadonlySet<number>,
): readonly Lifetime[] {
  const needed = new Set(kept);
  const result: Lifetime[] = [];
  for (const instruction of [...instructions].reverse()) {
    const touched = new Set([...readsOf(instruction), ...writesOf(instruction)]);
    const dies = [...touched].filter((value) => !needed.has(value));
    for (const value of dies) needed.add(value);
    result.push({ dies, reuse: reusable(instruction, dies), bodies: insideOf(instruction) });
  }
  return result.reverse();
}

/** An operand given twice is not reusable: it would be read again after it was written over. */
function reusable(instruction: Instruction, dies: readonly number[]): readonly number[] {
  if (instruction.kind !== "compute") return [];
  const { operands } = instruction;
  const once = (value: number) => operands.indexOf(value) === operands.lastIndexOf(value);
  return operands.flatMap((value, i) => (dies.includes(value) && once(value) ? [i] : []));
}

function insideOf(instruction: Instruction): readonly (readonly Lifetime[])[] {
  if (instruction.kind !== "region") return [];
  const { rounds, body, constant } = instruction;
  const shared = constant.map((binding) => binding.inner);
  const own = lifetimes(body, new Set([...shared, ...leavingOf(instruction)]));
  switch (rounds.kind) {
    case "each":
      return [own];
    case "while": {
      // The body reads what the condition was given.
      const kept = new Set([...enteringOf(instruction), ...rounds.condition.results]);
      return [lifetimes(rounds.condition.instructions, kept), own];
    }
    case "either": {
      const kept = new Set([...shared, ...rounds.otherwise.results]);
      return [own, lifetimes(rounds.otherwise.instructions, kept)];
    }
  }
}
