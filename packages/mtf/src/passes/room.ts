import type { MachineModel } from "../cost/machineModel.ts";
import { type Held, heldIn, largestAt, slicesAt } from "../cost/memory.ts";
import { bodiesOf } from "../program/bodies.ts";
import type { Instruction, Program } from "../program/program.ts";

/** By this share the most that a program holds may grow where that saves moves. */
export const reasonable: number = 1 / 16;

/** What a program holds over time on the device that holds most, and how much more there is room for. */
export interface Room {
  /** What the device needs for each of the program's values. */
  readonly sizes: readonly number[];
  /** By the program's instructions, those of bodies included. */
  readonly times: ReadonlyMap<Instruction, Time>;
  /** The most that may be held. */
  readonly most: number;
}

/** What is held while an instruction runs, and while each of a region's bodies' does. */
export interface Time {
  bytes: number;
  readonly body: readonly Time[];
  /** That of the region in whose body it is. */
  readonly around: Time | undefined;
}

export function roomIn(program: Program, machine: MachineModel): Room {
  const sizes = slicesAt(program, largestAt(program));
  const { held, peakBytes } = heldIn(program, sizes);
  const times = new Map<Instruction, Time>();
  const note = (instructions: readonly Instruction[], all: readonly Held[], around?: Time) =>
    instructions.map((instruction, i): Time => {
      const body: Time[] = [];
      const time = { bytes: all[i]!.bytes, body, around };
      times.set(instruction, time);
      if (instruction.kind !== "region") return time;
      for (const [k, { instructions: inner }] of bodiesOf(instruction).entries()) {
        body.push(...note(inner, all[i]!.bodies[k]!, time));
      }
      return time;
    });
  note(program.instructions, held);
  return { sizes, times, most: mostFor(peakBytes, machine) };
}

/** The bytes of some of a program's values, on the device that holds most. */
export function bytesHeld({ mesh, values }: Program, some: readonly number[]): number {
  const sizes = slicesAt({ mesh, values: some.map((v) => values[v]!) }, largestAt({ mesh }));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** The most that a program may hold that held so much before. */
export function mostFor(peakBytes: number, { capacity }: MachineModel): number {
  const most = peakBytes * (1 + reasonable);
  return Math.max(peakBytes, Math.min(most, capacity ?? most));
}

/** Whether so many bytes more may be held at all of these times. */
export function hasRoom({ most }: Room, times: readonly Time[], bytes: number): boolean {
  return times.every((time) => time.bytes + bytes <= most);
}

/** Holds so many bytes more at these times, and in the bodies of regions that run then. */
export function hold(times: readonly Time[], bytes: number): void {
  for (const time of times) {
    holdInside(time, bytes);
    for (let at = time; at.around; at = at.around) {
      at.around.bytes = Math.max(at.around.bytes, at.bytes);
    }
  }
}

function holdInside(time: Time, bytes: number): void {
  time.bytes += bytes;
  for (const inner of time.body) holdInside(inner, bytes);
}
