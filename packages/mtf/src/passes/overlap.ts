import { memoryPlan } from "../cost/memory.ts";
import { defineMesh } from "../mesh.ts";
import { withBodies } from "../program/bodies.ts";
import type { Instruction } from "../program/program.ts";
import { type Planned, scheduled } from "./overlap/schedule.ts";
import type { ProgramPass } from "./pass.ts";
import { allOf, tidied } from "./rewrite.ts";
import { roomIn } from "./room.ts";

/**
 * Begins collectives before what they make is needed and waits for them when it is, where the machine
 * computes meanwhile and has room for what is held longer. All devices run one program, so they begin
 * and wait in one order.
 */
export const overlap: ProgramPass = (program, { machine }) => {
  if (!machine.overlaps) return program;
  for (const { kind } of allOf(program.instructions)) if (kind === "start") return program;
  const room = roomIn(program, machine);
  // As much as the machine has: what is held ahead is no more than what is needed soon.
  const most = Math.max(room.most, machine.capacity ?? 0);
  const mesh = defineMesh(program.mesh);
  const planned: Planned = { program, machine, mesh, room: { ...room, most } };
  const kept = program.inputs.flatMap(({ value, donated }) => (donated ? [] : [value]));
  const outputs = program.outputs.map(({ value }) => value);
  const instructions = everywhere(planned, program.instructions, [...kept, ...outputs]);
  if (instructions === program.instructions) return program;
  const apart = tidied({ ...program, instructions });
  return memoryPlan(apart).peakBytes <= most ? apart : program;
};

/**
 * The same instructions where no collective can be under way meanwhile.
 *
 * @param kept values that do not die here
 */
function everywhere(
  planned: Planned,
  instructions: readonly Instruction[],
  kept: readonly number[],
): readonly Instruction[] {
  const own = scheduled(planned, instructions, kept);
  let changed = false;
  const all = own.map((instruction) => {
    if (instruction.kind !== "region") return instruction;
    const outside = instruction.constant.map(({ inner }) => inner);
    return withBodies(instruction, (inner, results) => {
      const body = everywhere(planned, inner, [...outside, ...results]);
      changed ||= body !== inner;
      return body;
    });
  });
  return changed ? all : own;
}
