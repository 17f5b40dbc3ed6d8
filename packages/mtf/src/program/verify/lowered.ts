import { internal } from "../../errors.ts";
import { type AnyTensor, isTensor, typeOf } from "../../graph/tensor.ts";
import { defineMesh } from "../../mesh.ts";
import { printType, sameType } from "../../ops/verify/types.ts";
import { sameRest } from "../../rest/rest.ts";
import { leavesOf } from "../../tree.ts";
import type { Lowered } from "../lowered.ts";
import { printValue } from "../print.ts";
import type { Input, Output, Program } from "../program.ts";
import { make, read, verifyInstructions, type Walk } from "./instructions.ts";
import { placementFault } from "./placement.ts";

/**
 * Requires that a program is sound: every value is made once and before it is read, lies on the mesh
 * as values may, and is what the instruction that makes it gives for what that reads: in dims, their
 * order, dtype and placement. Its inputs and outputs are the function's. Loops' bodies included.
 *
 * @throws MtfError `internal`, naming instruction and value: partitioning has a mistake
 */
export function verifyLowered(
  lowered: Pick<Lowered<never, unknown>, "program" | "arguments" | "result">,
): void {
  const { program } = lowered;
  verifyProgram(program);
  requireTypes(program, "input", program.inputs, lowered.arguments);
  requireTypes(program, "output", program.outputs, lowered.result);
}

/** Requires that a program is sound in itself, whatever function it is of. */
export function verifyProgram(program: Program): void {
  const { values, inputs, outputs } = program;
  const mesh = defineMesh(program.mesh);
  values.forEach((value, i) => {
    const fault = placementFault(value, mesh);
    if (fault) throw internal(`%${i} ${printValue(value)}: ${fault}`);
  });
  const walk: Walk = { program, mesh, made: new Set(), shares: new Map(), apart: [] };
  const known = new Set<number>();
  for (const { value, path } of inputs) make(walk, known, value, () => `input ${path}`);
  verifyInstructions(walk, program.instructions, known);
  for (const { value, path } of outputs) read(walk, known, value, () => `output ${path}`);
  const never = values.findIndex((_, i) => !walk.made.has(i));
  if (never >= 0) throw internal(`%${never} ${printValue(values[never]!)} is never made`);
}

/** Inputs and outputs are the leaves of the function's trees, and owe nothing. */
function requireTypes(
  { values }: Program,
  role: string,
  given: readonly (Input | Output)[],
  tree: unknown,
): void {
  const leaves = leavesOf(tree, isTensor).map(([, x]): AnyTensor => x);
  if (given.length !== leaves.length)
    throw internal(`${given.length} ${role}s of ${leaves.length}`);
  given.forEach(({ path, value }, i) => {
    const own = values[value]!;
    const expected = typeOf(leaves[i]!);
    const where = `${role} '${path}': %${value} ${printValue(own)}`;
    if (!sameType(own, expected) || !sameRest(own.rest, expected.rest))
      throw internal(`${where} is ${printType(expected)}`);
    if (own.placement.partial.length > 0) throw internal(`${where} owes a sum`);
  });
}
