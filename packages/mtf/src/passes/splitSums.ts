import type { MachineModel } from "../cost/machineModel.ts";
import { memoryPlan } from "../cost/memory.ts";
import { rules } from "../ops/rules.ts";
import { ownAxes, withBodies } from "../program/bodies.ts";
import {
  type Compute,
  type Instruction,
  type Program,
  type Reduce,
  type Region,
  readsOf,
  type Value,
  writesOf,
} from "../program/program.ts";
import type { ProgramPass } from "./pass.ts";
import { tidied } from "./rewrite.ts";

/**
 * Sums over the rounds of a region that come to rest split are reduce-scattered in each round and
 * held in slices, rather than once after the last round and held whole: where the layout says so, or
 * does not say and the program would hold more than the machine has. Elements are then added up in
 * another order.
 */
export const splitSums: ProgramPass = (program, { sums, machine }) => {
  if (sums === "whole" || !program.instructions.some(({ kind }) => kind === "region")) {
    return program;
  }
  if (sums === undefined && fits(program, machine)) return program;
  const values = [...program.values];
  const outputs = program.outputs.map(({ value }) => value);
  const instructions = inSlices(values, program.instructions, outputs);
  if (values.length === program.values.length) return program;
  const split = tidied({ ...program, values, instructions });
  const smaller = () => memoryPlan(split).peakBytes < memoryPlan(program).peakBytes;
  return sums === "split" || smaller() ? split : program;
};

function fits(program: Program, { capacity = Number.POSITIVE_INFINITY }: MachineModel): boolean {
  return memoryPlan(program).peakBytes <= capacity;
}

/** A sum over rounds, and how it comes to lie in slices after them. */
interface Scattered {
  readonly sum: number;
  /** What is computed of the sum, element by element, before it is reduced. */
  readonly between: readonly Compute[];
  readonly reduce: Reduce;
}

function inSlices(
  values: Value[],
  instructions: readonly Instruction[],
  leaving: readonly number[],
): readonly Instruction[] {
  const readers = readersOf(instructions, leaving);
  // What takes the place of instructions: nothing of reductions that are done in each round.
  const instead = new Map<Instruction, Instruction | undefined>();
  return instructions.flatMap((instruction): readonly Instruction[] => {
    if (instead.has(instruction)) return [instead.get(instruction) ?? []].flat();
    if (instruction.kind !== "region") return [instruction];
    let region = withBodies(instruction, (inner, results) => inSlices(values, inner, results));
    if (region.rounds.kind !== "each") return [region];
    for (const [at, { outer }] of instruction.summed.entries()) {
      const scattered = scatteredAfter(outer, readers);
      if (!scattered) continue;
      region = scatteredInRounds(values, region, scattered);
      follow(values, scattered, region.summed[at]!.outer, instead);
    }
    return [region];
  });
}

type Readers = ReadonlyMap<number, readonly (Instruction | undefined)[]>;

/** Who reads each value; undefined for whoever comes after these instructions. */
function readersOf(instructions: readonly Instruction[], leaving: readonly number[]): Readers {
  const readers = new Map<number, (Instruction | undefined)[]>();
  const read = (value: number, by: Instruction | undefined) => {
    const known = readers.get(value);
    if (known) known.push(by);
    else readers.set(value, [by]);
  };
  for (const instruction of instructions) {
    for (const value of readsOf(instruction)) read(value, instruction);
  }
  for (const value of leaving) read(value, undefined);
  return readers;
}

/** How a sum is reduce-scattered, if that is all that becomes of it. */
function scatteredAfter(sum: number, readers: Readers): Scattered | undefined {
  const between: Compute[] = [];
  for (let at = sum; ; ) {
    const [reader, ...others] = readers.get(at) ?? [];
    if (!reader || others.length > 0) return undefined;
    if (reader.kind === "reduce") {
      return reader.name === "reduce-scatter" ? { sum, between, reduce: reader } : undefined;
    }
    if (reader.kind !== "compute" || reader.operands.length > 1) return undefined;
    if (rules[reader.op.kind].elements !== "alike") return undefined;
    between.push(reader);
    at = reader.results[0]!;
  }
}

/** A region that reduce-scatters what it adds up in each round. */
function scatteredInRounds(
  values: Value[],
  region: Region,
  { sum, between, reduce }: Scattered,
): Region {
  const lies = values[reduce.result]!;
  const { inner } = region.summed.find(({ outer }) => outer === sum)!;
  // A device's rounds of its own are terms: what they owe is said of their sum.
  const { split, partial } = lies.placement;
  const left = partial.filter((axis) => !ownAxes(region.rounds).includes(axis));
  const part = values.push({ ...lies, placement: { split, partial: left } }) - 1;
  // Without anything in between, what was reduced is the sum.
  const outer = between.length > 0 ? values.push(lies) - 1 : reduce.result;
  const made = region.body.findIndex((instruction) => writesOf(instruction).includes(inner));
  const { origin } = region.body[made] ?? reduce;
  const settled = { ...reduce, operand: inner, result: part, origin };
  const body = region.body.toSpliced(made + 1, 0, settled);
  const summed = region.summed.map((b) => (b.outer === sum ? { outer, inner: part } : b));
  return { ...region, body, summed };
}

/** What is computed of a sum is computed of its slices, and what was reduced is the last of it. */
function follow(
  values: Value[],
  { between, reduce }: Scattered,
  sum: number,
  instead: Map<Instruction, Instruction | undefined>,
): void {
  instead.set(reduce, undefined);
  let at = sum;
  for (const [i, compute] of between.entries()) {
    const last = i === between.length - 1;
    const result = last ? reduce.result : values.push(values[reduce.result]!) - 1;
    instead.set(compute, { ...compute, operands: [at], results: [result] });
    at = result;
  }
}
