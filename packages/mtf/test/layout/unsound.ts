import { rewritten } from "../../src/passes/rewrite.ts";
import type { Instruction, Program, Value } from "../../src/program/index.ts";
import { readsOf, writesOf } from "../../src/program/program.ts";
import { unsoundUnderWay } from "./unsoundUnderWay.ts";

/** A program with one defect, or undefined where this program has no place for it. */
export type Unsound = (program: Program) => Program | undefined;

/** Defects that make a program unsound, one of each kind that the verifier looks for. */
export const unsound: Readonly<Record<string, Unsound>> = {
  "a result has its dims in another order": (program) =>
    valueChanged(program, program.outputs[0]!.value, ({ dims, ...value }) =>
      dims.length > 1 ? { ...value, dims: dims.toReversed() } : undefined,
    ),
  "what is moved has its dims in another order": (program) =>
    resultChanged(program, isMove, ({ dims, ...value }) =>
      dims.length > 1 ? { ...value, dims: dims.toReversed() } : undefined,
    ),
  "what a function of elements makes is longer": (program) =>
    resultChanged(program, isElementwise, ({ dims, ...value }) => {
      const [first, ...rest] = dims;
      return first && { ...value, dims: [{ ...first, size: first.size + 1 }, ...rest] };
    }),
  "what an op makes is of another dtype": (program) =>
    resultChanged(program, computesFromOthers, (value) => ({
      ...value,
      dtype: value.dtype === "int32" ? "float32" : "int32",
    })),
  "a dim is split by an axis that the mesh has not": (program) =>
    anyValueChanged(program, (value) => splitAs(value, (axes) => [...axes, "elsewhere"])),
  "a dim is split by an axis twice": (program) =>
    anyValueChanged(program, (value) => splitAs(value, (axes) => [...axes, axes[0]!])),
  "a dim is split by no axis": (program) =>
    anyValueChanged(program, (value) => splitAs(value, () => [])),
  "an axis splits a value and is owed over": (program) =>
    anyValueChanged(program, (value) => {
      const [axis] = Object.values(value.placement.split).flat();
      if (!axis) return undefined;
      return { ...value, placement: { ...value.placement, partial: [axis] } };
    }),
  "what is moved to be split counts as whole": (program) =>
    resultChanged(program, changesSplit, ({ placement, ...value }) =>
      Object.keys(placement.split).length > 0
        ? { ...value, placement: { ...placement, split: {} } }
        : undefined,
    ),
  "what is owed counts as settled": (program) =>
    anyResultChanged(program, (value) =>
      value.placement.partial.length > 0
        ? { ...value, placement: { ...value.placement, partial: [] } }
        : undefined,
    ),
  "an instruction is left out": (program) => {
    const [first, ...rest] = program.instructions;
    return first && { ...program, instructions: rest };
  },
  "an instruction comes twice": (program) => {
    const [first] = program.instructions;
    return first && { ...program, instructions: [first, ...program.instructions] };
  },
  "an instruction comes before what it reads": (program) => {
    const { instructions } = program;
    const at = instructions.findIndex((instruction, i) => {
      const before = instructions[i - 1];
      return before && readsOf(instruction).some((value) => writesOf(before).includes(value));
    });
    if (at < 0) return undefined;
    const [before, after] = [instructions[at - 1]!, instructions[at]!];
    return { ...program, instructions: instructions.with(at - 1, after).with(at, before) };
  },
  "a loop's body reads a value outside": (program) =>
    oneChanged(program, (instruction) => {
      if (instruction.kind !== "region") return undefined;
      const outer = new Map(instruction.constant.map((binding) => [binding.inner, binding.outer]));
      const body = oneOf(instruction.body, (inner) =>
        inner.kind === "compute" && inner.operands.some((v) => outer.has(v))
          ? { ...inner, operands: inner.operands.map((v) => outer.get(v) ?? v) }
          : undefined,
      );
      return body && { ...instruction, body };
    }),
  "rounds of each device's own have slices of one value": (program) => {
    for (const instruction of program.instructions) {
      if (instruction.kind !== "region" || instruction.rounds.kind !== "each") continue;
      const [axis] = instruction.rounds.own?.axes ?? [];
      const made = instruction.body.filter((i) => i.kind === "compute").flatMap(writesOf);
      const at = made.find((value) => program.values[value]!.dims.length > 0);
      if (!axis || at === undefined) continue;
      return valueChanged(program, at, ({ dims, placement, ...value }) => ({
        ...value,
        dims,
        placement: { ...placement, split: { ...placement.split, [dims[0]!.name]: [axis] } },
      }));
    }
    return undefined;
  },
  "a slice begins behind the end": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "compute" && instruction.op.kind === "slice"
        ? {
            ...instruction,
            op: { ...instruction.op, attributes: { ...instruction.op.attributes, begin: 1000 } },
          }
        : undefined,
    ),
  "an op lacks an operand": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "compute" && instruction.operands.length > 0
        ? { ...instruction, operands: instruction.operands.slice(1) }
        : undefined,
    ),
  "a sum is settled over an axis too few": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "reduce"
        ? { ...instruction, axes: instruction.axes.slice(1) }
        : undefined,
    ),
  "an extreme is settled as a sum": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "reduce" && instruction.fn !== "sum"
        ? { ...instruction, fn: "sum" }
        : undefined,
    ),
  "a maximum is settled as a minimum": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "reduce" && instruction.fn === "max"
        ? { ...instruction, fn: "min" }
        : undefined,
    ),
  "an extreme is not settled": (program) =>
    withoutOne(program, (i) => (i.kind === "reduce" && i.fn !== "sum" ? i : undefined)),
  "a sum is not settled": (program) =>
    withoutOne(program, (i) => (i.kind === "reduce" && i.fn === "sum" ? i : undefined)),
  "sums and extremes are settled as one": (program) =>
    oneChanged(program, (instruction) => {
      if (instruction.kind !== "bucket") return undefined;
      const [first, ...others] = instruction.reduces;
      const fn = first!.fn === "sum" ? "max" : "sum";
      return { ...instruction, reduces: [{ ...first!, fn }, ...others] };
    }),
  "elements are moved between no devices": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "move" && instruction.axes.length > 0
        ? { ...instruction, axes: [] }
        : undefined,
    ),
  "a loop stacks what it should sum": (program) =>
    oneChanged(program, (instruction) =>
      instruction.kind === "region" && instruction.summed.length > 0
        ? { ...instruction, summed: [], stacked: instruction.summed }
        : undefined,
    ),
  "a loop goes on by what is no condition": (program) =>
    oneChanged(program, (instruction) => {
      if (instruction.kind !== "region" || instruction.rounds.kind !== "while") return undefined;
      const { rounds, carried } = instruction;
      const results = carried.slice(0, 1).map((c) => c.inner);
      return { ...instruction, rounds: { ...rounds, condition: { ...rounds.condition, results } } };
    }),
  "one of two branches gives nothing": (program) =>
    oneChanged(program, (instruction) => {
      if (instruction.kind !== "region" || instruction.rounds.kind !== "either") return undefined;
      const { rounds } = instruction;
      if (rounds.otherwise.results.length === 0) return undefined;
      const otherwise = { ...rounds.otherwise, results: [] };
      return { ...instruction, rounds: { ...rounds, otherwise } };
    }),
  "an output is another value": (program) => {
    const [first, ...rest] = program.outputs;
    const type = typeOf(program.values[first!.value]!);
    const other = program.inputs.find(({ value }) => typeOf(program.values[value]!) !== type);
    return other && { ...program, outputs: [{ ...first!, value: other.value }, ...rest] };
  },
  ...unsoundUnderWay,
};

function typeOf({ dims, dtype }: Value): string {
  return `${dtype} ${dims.map((d) => `${d.name}=${d.size}`).join()}`;
}

/** What is computed from nothing may be of any dtype that whoever reads it takes. */
const computesFromOthers = (i: Instruction) => i.kind === "compute" && i.operands.length > 0;
const isElementwise = (i: Instruction) => i.kind === "compute" && i.op.kind === "elementwise";
const isMove = (i: Instruction) => i.kind === "move";
const changesSplit = (i: Instruction) => i.kind === "move" && i.name === "all-to-all";

type Change<T> = (before: T) => T | undefined;

function valueChanged(program: Program, at: number, change: Change<Value>): Program | undefined {
  const value = change(program.values[at]!);
  return value && { ...program, values: program.values.with(at, value) };
}

function anyValueChanged(program: Program, change: Change<Value>): Program | undefined {
  const at = program.values.findIndex((value) => change(value) !== undefined);
  return at < 0 ? undefined : valueChanged(program, at, change);
}

/** Changes a value that some instruction of the program makes. */
function anyResultChanged(program: Program, change: Change<Value>): Program | undefined {
  const made = program.instructions.flatMap(writesOf);
  const at = made.find((value) => change(program.values[value]!) !== undefined);
  return at === undefined ? undefined : valueChanged(program, at, change);
}

function resultChanged(
  program: Program,
  makes: (instruction: Instruction) => boolean,
  change: Change<Value>,
): Program | undefined {
  const made = program.instructions.filter(makes).flatMap(writesOf);
  const at = made.find((value) => change(program.values[value]!) !== undefined);
  return at === undefined ? undefined : valueChanged(program, at, change);
}

function splitAs(
  value: Value,
  change: (axes: readonly string[]) => readonly string[],
): Value | undefined {
  const [first] = Object.entries(value.placement.split);
  if (!first) return undefined;
  const split = { ...value.placement.split, [first[0]]: change(first[1]) };
  return { ...value, placement: { ...value.placement, split } };
}

function oneChanged(program: Program, change: Change<Instruction>): Program | undefined {
  const instructions = oneOf(program.instructions, change);
  return instructions && { ...program, instructions };
}

function oneOf(
  instructions: readonly Instruction[],
  change: Change<Instruction>,
): readonly Instruction[] | undefined {
  for (const [i, instruction] of instructions.entries()) {
    const changed = change(instruction);
    if (changed) return instructions.with(i, changed);
  }
  return undefined;
}

/** Leaves out an instruction of one operand and result, which then stands for its result. */
function withoutOne(
  program: Program,
  find: (
    i: Instruction,
  ) => (Instruction & { readonly operand: number; readonly result: number }) | undefined,
): Program | undefined {
  const found = program.instructions.flatMap((i) => find(i) ?? [])[0];
  if (!found) return undefined;
  const { operand, result } = found;
  const instead = (value: number) => (value === result ? operand : value);
  return {
    ...program,
    instructions: program.instructions.filter((i) => i !== found).map((i) => rewritten(i, instead)),
    outputs: program.outputs.map((o) => ({ ...o, value: instead(o.value) })),
  };
}
