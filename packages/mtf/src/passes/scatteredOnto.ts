import type { OpOf } from "../graph/kinds.ts";
import { withBodies } from "../program/bodies.ts";
import { samePlacement } from "../program/placement.ts";
import { type Compute, type Instruction, readsOf, type Value } from "../program/program.ts";
import type { ProgramPass } from "./pass.ts";
import { tidied } from "./rewrite.ts";

/**
 * Rows that are added to a table of zeros, and this to another, are added to that one at once, which needs
 * no memory for a table more. So the gradient of a tied embedding is scattered into what the product at the
 * other end made. What is added is added one row after the other.
 */
export const scatteredOnto: ProgramPass = (program) => {
  const outputs = program.outputs.map(({ value }) => value);
  const instructions = joined(program.values, program.instructions, outputs);
  return instructions === program.instructions ? program : tidied({ ...program, instructions });
};

/** @returns the same instructions where there is nothing to join */
function joined(
  values: readonly Value[],
  instructions: readonly Instruction[],
  leaving: readonly number[],
): readonly Instruction[] {
  const once = readOnce(instructions, leaving);
  const tables = new Map<number, Scattering>();
  const gone = new Set<Instruction>();
  let isSame = true;
  const instead = instructions.map((instruction): Instruction => {
    if (instruction.kind === "region") {
      return withBodies(instruction, (inner, results) => {
        const next = joined(values, inner, results);
        isSame &&= next === inner;
        return next;
      });
    }
    if (isScattering(instruction)) tables.set(instruction.results[0]!, instruction);
    if (!isSum(instruction)) return instruction;
    const [result] = instruction.results as [number];
    const { operands } = instruction;
    // Of two the later one, so that the other is there to be added to.
    const place = operands.findLastIndex((value) => once.has(value) && tables.has(value));
    const alike = operands.every((value) => liesAlike(values[value]!, values[result]!));
    if (place < 0 || !alike) return instruction;
    const made = tables.get(operands[place]!)!;
    gone.add(made);
    const op = { kind: "scatterOnto", attributes: made.op.attributes } as const;
    return { ...instruction, op, operands: [operands[1 - place]!, ...made.operands] };
  });
  if (gone.size > 0) return instead.filter((instruction) => !gone.has(instruction));
  return isSame ? instructions : instead;
}

/** The values that are read once, and not taken out. */
function readOnce(
  instructions: readonly Instruction[],
  leaving: readonly number[],
): ReadonlySet<number> {
  const read = new Set<number>();
  const once = new Set<number>();
  for (const value of [...instructions.flatMap(readsOf), ...leaving]) {
    if (read.has(value)) once.delete(value);
    else once.add(value);
    read.add(value);
  }
  for (const value of leaving) once.delete(value);
  return once;
}

type Scattering = Compute & { readonly op: OpOf<"scatterAdd"> };

function isScattering(instruction: Instruction): instruction is Scattering {
  return instruction.kind === "compute" && instruction.op.kind === "scatterAdd";
}

/** Whether an instruction adds two values, and nothing else. */
function isSum(instruction: Instruction): instruction is Compute {
  if (instruction.kind !== "compute" || instruction.op.kind !== "elementwise") return false;
  return instruction.op.attributes.fn === "add" && instruction.operands.length === 2;
}

/** Whether two values have the same elements of the same devices, in the same order. */
function liesAlike(a: Value, b: Value): boolean {
  return (
    a.dtype === b.dtype &&
    !a.rest &&
    !b.rest &&
    a.dims.length === b.dims.length &&
    a.dims.every(({ name }, i) => name === b.dims[i]!.name) &&
    samePlacement(a.placement, b.placement)
  );
}
