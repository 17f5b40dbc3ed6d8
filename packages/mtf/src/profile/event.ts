import { everyInstruction } from "../program/everyInstruction.ts";
import type { Instruction, Program } from "../program/program.ts";

/** A device did an instruction once. Times are in milliseconds. */
export interface ProfileEvent {
  readonly device: number;
  readonly program: Program;
  readonly instruction: Instruction;
  readonly begin: number;
  readonly end: number;
  /** How long of that it waited for other devices. */
  readonly waited: number;
}

/** How many figures stand for an event where devices take it down: program, instruction, and times. */
export const figuresOfEvent = 5;

/**
 * The events of all devices, from the figures that each has taken down, in the order in which it did them.
 *
 * @param programs what ran, by its number
 */
export function eventsOf(
  figures: readonly Float64Array[],
  programs: ReadonlyMap<number, Program>,
): readonly ProfileEvent[] {
  const instructions = new Map(
    [...programs].map(([id, { instructions }]) => [id, everyInstruction(instructions)] as const),
  );
  return figures.flatMap((own, device) => {
    const count = own.length / figuresOfEvent;
    return Array.from({ length: count }, (_, i): ProfileEvent => {
      const at = i * figuresOfEvent;
      const [id, number, begin, end, waited] = own.subarray(at, at + figuresOfEvent);
      const program = programs.get(id!)!;
      const instruction = instructions.get(id!)![number!]!;
      return { device, program, instruction, begin: begin!, end: end!, waited: waited! };
    });
  });
}
