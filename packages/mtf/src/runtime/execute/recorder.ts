import { figuresOfEvent } from "../../profile/event.ts";
import { everyInstruction } from "../../program/everyInstruction.ts";
import type { Instruction, Program } from "../../program/program.ts";

/** Takes down what devices do in the runs of a profile, and when. Times are in milliseconds. */
export interface Recorder {
  now(): number;
  /** A program is run from now on. */
  run(id: number, program: Program): void;
  /**
   * A device has done a phase of an instruction, which ends now. Phases of one event follow each other.
   *
   * @param at the device's place among those that are driven
   * @param began when it began to wait for others, and `arrived` when they were there
   */
  phase(at: number, instruction: Instruction, phase: number, began: number, arrived: number): void;
  /** The events of each device. */
  events(): readonly Float64Array[];
}

export function newRecorder(devices: number): Recorder {
  const taken = Array.from({ length: devices }, (): number[] => []);
  const numbers = new Map<Instruction, number>();
  const known = new Set<number>();
  let current = 0;
  // Workers' clocks begin when they do: what counts from one moment can be compared.
  const now = () => performance.timeOrigin + performance.now();
  return {
    now,
    run(id, program) {
      current = id;
      if (known.has(id)) return;
      known.add(id);
      everyInstruction(program.instructions).forEach((instruction, number) => {
        numbers.set(instruction, number);
      });
    },
    phase(at, instruction, phase, began, arrived) {
      const events = taken[at]!;
      const end = now();
      if (phase === 0) {
        events.push(current, numbers.get(instruction)!, began, end, arrived - began);
        return;
      }
      const last = events.length - figuresOfEvent;
      events[last + 3] = end;
      events[last + 4] = events[last + 4]! + arrived - began;
    },
    events: () => taken.map((events) => Float64Array.from(events)),
  };
}
