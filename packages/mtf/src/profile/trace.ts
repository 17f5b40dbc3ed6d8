import { instructionName } from "../program/instructionName.ts";
import { printInstruction } from "../program/print.ts";
import type { ProfileEvent } from "./event.ts";

/**
 * What Perfetto (ui.perfetto.dev) and Chrome's chrome://tracing read, as JSON: the Trace Event Format
 * of Chrome.
 */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
}

/** An event with its begin and duration in microseconds, or the name of a track. */
export type TraceEvent =
  | {
      readonly ph: "X";
      readonly name: string;
      readonly cat: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
      readonly args: {
        readonly line: string;
        readonly instruction: string;
        readonly waited: number;
      };
    }
  | {
      readonly ph: "M";
      readonly name: "thread_name";
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string };
    };

/** A track for each device, with what it did from the first event on. */
export function traceOf(events: readonly ProfileEvent[], names: readonly string[]): Trace {
  const first = events.reduce(
    (least, { begin }) => Math.min(least, begin),
    Number.POSITIVE_INFINITY,
  );
  const tracks = names.map((name, tid): TraceEvent => {
    return { ph: "M", name: "thread_name", pid: 0, tid, args: { name } };
  });
  const done = events.map((event): TraceEvent => {
    const { device, program, instruction, begin, end, waited } = event;
    const { line, pass } = instruction.origin;
    return {
      ph: "X",
      name: instructionName(instruction),
      cat: pass,
      pid: 0,
      tid: device,
      ts: 1000 * (begin - first),
      dur: 1000 * (end - begin),
      args: { line, instruction: printInstruction(program, instruction), waited: 1000 * waited },
    };
  });
  return { traceEvents: [...tracks, ...done], displayTimeUnit: "ms" };
}
