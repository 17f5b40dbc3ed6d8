import { rules } from "../ops/rules.ts";
import { bodiesOf, withBodies } from "../program/bodies.ts";
import {
  type Binding,
  type Collective,
  type Compute,
  enteringOf,
  type Instruction,
  type Program,
  type Region,
  type Rounds,
  readsOf,
  type Side,
  type Value,
  writesOf,
} from "../program/program.ts";

/** An instruction with other values in place of those that it reads and makes, its body's included. */
export function rewritten(
  instruction: Instruction,
  reads: (value: number) => number,
  writes: (value: number) => number = (value) => value,
): Instruction {
  switch (instruction.kind) {
    case "compute": {
      const { operands, results } = instruction;
      return { ...instruction, operands: operands.map(reads), results: results.map(writes) };
    }
    case "reduce": {
      const { operand, result } = instruction;
      return { ...instruction, operand: reads(operand), result: writes(result) };
    }
    case "bucket": {
      const reduces = instruction.reduces.map((reduce) => ({
        ...reduce,
        operand: reads(reduce.operand),
        result: writes(reduce.result),
      }));
      return { ...instruction, reduces };
    }
    case "move": {
      const { operands, result } = instruction;
      return { ...instruction, operands: operands.map(reads), result: writes(result) };
    }
    case "start": {
      const collective = rewritten(instruction.collective, reads, writes) as Collective;
      return { ...instruction, collective };
    }
    case "wait": {
      const { operands, results } = instruction;
      return { ...instruction, operands: operands.map(reads), results: results.map(reads) };
    }
    case "region":
      return rewrittenRegion(instruction, reads, writes);
  }
}

function rewrittenRegion(
  region: Region,
  reads: (value: number) => number,
  writes: (value: number) => number,
): Region {
  const into = ({ outer, inner }: Binding) => ({ outer: reads(outer), inner: writes(inner) });
  const outOf = ({ outer, inner }: Binding) => ({ outer: writes(outer), inner: reads(inner) });
  return {
    ...region,
    carried: region.carried.map(({ initial, inner, next, result }) => ({
      initial: reads(initial),
      inner: writes(inner),
      next: reads(next),
      result: writes(result),
    })),
    sliced: region.sliced.map(into),
    constant: region.constant.map(into),
    body: region.body.map((inner) => rewritten(inner, reads, writes)),
    summed: region.summed.map(outOf),
    stacked: region.stacked.map(outOf),
    rounds: rewrittenRounds(region.rounds, reads, writes),
  };
}

function rewrittenRounds(
  rounds: Rounds,
  reads: (value: number) => number,
  writes: (value: number) => number,
): Rounds {
  const side = ({ instructions, results }: Side): Side => ({
    instructions: instructions.map((inner) => rewritten(inner, reads, writes)),
    results: results.map(reads),
  });
  switch (rounds.kind) {
    case "each": {
      const { count } = rounds;
      return count === undefined ? rounds : { ...rounds, count: reads(count) };
    }
    case "while":
      return { ...rounds, condition: side(rounds.condition) };
    case "either":
      return { ...rounds, predicate: reads(rounds.predicate), otherwise: side(rounds.otherwise) };
  }
}

/**
 * The program without views that nobody reads any more, its values numbered in the order in which
 * they are made.
 */
export function tidied(program: Program): Program {
  const read = new Uint8Array(program.values.length);
  for (const { value } of program.outputs) read[value] = 1;
  return renumbered({ ...program, instructions: withoutIdleViews(program.instructions, read) });
}

/** @param read by value, whether it is read afterwards; what these instructions read is added to it */
function withoutIdleViews(
  instructions: readonly Instruction[],
  read: Uint8Array,
): readonly Instruction[] {
  const kept: Instruction[] = [];
  for (let i = instructions.length - 1; i >= 0; i--) {
    let instruction = instructions[i]!;
    if (isView(instruction) && read[instruction.results[0]!] === 0) continue;
    if (instruction.kind === "region") {
      // The values of a body are its own.
      instruction = withBodies(instruction, (inner, results) => {
        for (const value of results) read[value] = 1;
        return withoutIdleViews(inner, read);
      });
    }
    for (const value of readsOf(instruction)) read[value] = 1;
    kept.push(instruction);
  }
  return kept.reverse();
}

/** Whether an instruction gives what it is given under other names or sizes. */
export function isView(instruction: Instruction): instruction is Compute {
  return instruction.kind === "compute" && rules[instruction.op.kind].elements === "viewed";
}

function renumbered(program: Program): Program {
  const numbers = new Int32Array(program.values.length);
  const values: Value[] = [];
  const make = (value: number) => {
    numbers[value] = values.push(program.values[value]!) - 1;
  };
  const meet = (instruction: Instruction) => {
    if (instruction.kind === "region") {
      enteringOf(instruction).forEach(make);
      for (const { instructions } of bodiesOf(instruction)) instructions.forEach(meet);
    }
    writesOf(instruction).forEach(make);
  };
  for (const { value } of program.inputs) make(value);
  program.instructions.forEach(meet);
  const at = (value: number) => numbers[value]!;
  return {
    ...program,
    values,
    inputs: program.inputs.map((input) => ({ ...input, value: at(input.value) })),
    outputs: program.outputs.map((output) => ({ ...output, value: at(output.value) })),
    instructions: program.instructions.map((instruction) => rewritten(instruction, at, at)),
  };
}

/** Instructions with those of their bodies, each before its own. */
export function* allOf(instructions: readonly Instruction[]): Generator<Instruction> {
  for (const instruction of instructions) {
    yield instruction;
    if (instruction.kind !== "region") continue;
    for (const { instructions: inner } of bodiesOf(instruction)) yield* allOf(inner);
  }
}

/** For each value that instructions read, where it is read last. */
export function lastReads(
  instructions: readonly Instruction[],
  leaving: readonly number[],
): Map<number, number> {
  const last = new Map<number, number>();
  instructions.forEach((instruction, i) => {
    for (const value of readsOf(instruction)) last.set(value, i);
  });
  for (const value of leaving) last.set(value, instructions.length);
  return last;
}
