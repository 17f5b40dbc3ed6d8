import { bodiesOf } from "../../program/bodies.ts";
import { type Instruction, type Program, readsOf, writesOf } from "../../program/program.ts";

/** Who reads a value: the values that are made of it, and the results that it is. */
export interface Readers {
  readonly values: readonly number[];
  readonly results: readonly string[];
}

export function readersIn(program: Program): (value: number) => Readers {
  const values = new Map<number, Set<number>>();
  const results = new Map<number, string[]>();
  const add = (value: number, reader: number | undefined) => {
    if (reader === undefined) return;
    const known = values.get(value);
    if (known) known.add(reader);
    else values.set(value, new Set([reader]));
  };
  const walk = (instruction: Instruction) => {
    const [first] = writesOf(instruction);
    for (const value of readsOf(instruction)) add(value, first);
    if (instruction.kind !== "region") return;
    const outside = writesOf(instruction);
    for (const { instructions, results: leaving } of bodiesOf(instruction)) {
      instructions.forEach(walk);
      leaving.forEach((value, i) => {
        add(value, outside[i]);
      });
    }
  };
  program.instructions.forEach(walk);
  for (const { path, value } of program.outputs) {
    results.set(value, [...(results.get(value) ?? []), path]);
  }
  return (value) => ({
    values: [...(values.get(value) ?? [])],
    results: results.get(value) ?? [],
  });
}
