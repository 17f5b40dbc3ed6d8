import { busySeconds } from "../../cost/busySeconds.ts";
import { type MachineModel, secondsOf } from "../../cost/machineModel.ts";
import type { Mesh } from "../../mesh.ts";
import { bytesOf } from "../../program/bytes.ts";
import {
  type Collective,
  type Instruction,
  type Program,
  readsOf,
  writesOf,
} from "../../program/program.ts";
import { axesTogether, hasCollectives, isTogether } from "../../program/together.ts";
import { lastReads } from "../rewrite.ts";
import { hasRoom, hold, type Room, type Time } from "../room.ts";
import { dueIn } from "./due.ts";

/** A program, and what its collectives have to go by. */
export interface Planned {
  readonly program: Program;
  readonly machine: MachineModel;
  readonly mesh: Mesh;
  /** What is held when, as the program was. */
  readonly room: Room;
}

/** A collective that waits for its turn, is under way or has ended. */
interface Job {
  readonly collective: Collective;
  /** Where it stood among the instructions, and before which of them it has to have ended. */
  readonly at: number;
  readonly due: number;
  readonly seconds: number;
  /** Values that it reads and that are not there yet. */
  readonly missing: Set<number>;
  ended: boolean;
}

/** The job that is under way: where it began, and how long the device has worked since. */
interface UnderWay {
  readonly job: Job;
  readonly from: number;
  busy: number;
}

/**
 * A collective is begun before where it stood once there is no more than so many times the work left
 * until it is needed that it takes: sooner would hold its results for nothing, and both are estimates.
 */
const ahead = 2;

/**
 * Instructions with their collectives begun and ended where that hides most of them; the others stay in
 * their order. One collective is under way at a time. Of those that could begin, the one is taken that is
 * needed first, and it gives way to the next once there has been as much work as it takes.
 *
 * @returns the same instructions where none can be under way while a device works
 */
export function scheduled(
  { program, machine, mesh, room }: Planned,
  instructions: readonly Instruction[],
  kept: readonly number[],
): readonly Instruction[] {
  const last = lastReads(instructions, kept);
  const due = dueIn(instructions);
  const made = new Set(instructions.flatMap(writesOf));
  const jobs = instructions.flatMap((instruction, at): readonly Job[] => {
    if (!isTogether(instruction)) return [];
    const bytes = bytesOf(program, instruction, mesh) / mesh.size;
    const seconds = secondsOf(machine, axesTogether(instruction), bytes);
    const missing = new Set(readsOf(instruction).filter((value) => made.has(value)));
    return [{ collective: instruction, at, due: due[at]!, seconds, missing, ended: false }];
  });
  if (jobs.length === 0) return instructions;
  const makerOf = new Map(jobs.flatMap((job) => writesOf(job.collective).map((v) => [v, job])));
  const waiting = new Map<number, Job[]>();
  for (const job of jobs) {
    for (const value of job.missing) waiting.set(value, [...(waiting.get(value) ?? []), job]);
  }
  // What could begin, in the order in which it is needed.
  const ready = jobs.filter(({ missing }) => missing.size === 0).sort(byNeed);
  const busy = instructions.map((i) => busySeconds(program, i, machine, mesh));
  /** The work that comes before each instruction, and before their end. */
  const before = [0];
  for (const seconds of busy) before.push(before.at(-1)! + seconds);
  const result: Instruction[] = [];
  let underWay: UnderWay | undefined;
  let found = false;

  const arrive = (values: readonly number[]) => {
    for (const value of values) {
      for (const job of waiting.get(value) ?? []) {
        job.missing.delete(value);
        if (job.missing.size > 0) continue;
        const place = ready.findIndex((other) => byNeed(job, other) < 0);
        ready.splice(place < 0 ? ready.length : place, 0, job);
      }
    }
  };
  const begin = (job: Job) => {
    ready.splice(ready.indexOf(job), 1);
    underWay = { job, from: result.length, busy: 0 };
    result.push(job.collective);
  };
  const end = () => {
    if (!underWay) return;
    const { job, from, busy } = underWay;
    const { collective } = job;
    const { origin } = collective;
    if (Math.min(busy, job.seconds) > 0) {
      found = true;
      result[from] = { kind: "start", collective, origin };
      const [operands, results] = [readsOf(collective), writesOf(collective)];
      result.push({ kind: "wait", operands, results, origin });
    }
    underWay = undefined;
    job.ended = true;
    arrive(writesOf(collective));
  };
  const finish = (job: Job) => {
    if (job.ended) return;
    if (underWay?.job !== job) {
      for (const value of readsOf(job.collective)) {
        const maker = makerOf.get(value);
        if (maker) finish(maker);
      }
      end();
      begin(job);
    }
    end();
  };
  const timeOf = (at: number): Time => room.times.get(instructions[at]!)!;
  /** Holds what a job reads beyond where it would have died, while an instruction runs. */
  const holdsOperands = ({ collective }: Job, at: number): boolean => {
    const dead = readsOf(collective).filter((value) => last.get(value)! <= at);
    return holds([timeOf(at)], sum(dead));
  };
  /** Holds what a job makes from an instruction on until where it would have been made. */
  const holdsResults = ({ collective, at }: Job, from: number): boolean => {
    const times = instructions.slice(from, at).map((_, i) => timeOf(from + i));
    return holds(times, sum(writesOf(collective)));
  };
  const sum = (values: readonly number[]) => values.reduce((n, v) => n + room.sizes[v]!, 0);
  const holds = (times: readonly Time[], bytes: number): boolean => {
    if (!hasRoom(room, times, bytes)) return false;
    hold(times, bytes);
    return true;
  };

  for (const [at, instruction] of instructions.entries()) {
    if (isTogether(instruction)) continue;
    for (const value of readsOf(instruction)) {
      const maker = makerOf.get(value);
      if (maker) finish(maker);
    }
    const alone = !hasCollectives(instruction);
    if (!alone) end();
    else {
      if (underWay && ready.length > 0 && underWay.busy >= underWay.job.seconds) end();
      const next = underWay ? undefined : timely(at).find((job) => holdsResults(job, at));
      if (next) begin(next);
    }
    for (const job of jobsHeld(at)) if (!holdsOperands(job, at)) finish(job);
    if (underWay) underWay.busy += busy[at]!;
    result.push(instruction);
    arrive(writesOf(instruction));
  }
  for (const job of jobs) finish(job);
  return found ? result : instructions;

  /** Jobs that could begin and should not wait until an instruction has run. */
  function timely(at: number): readonly Job[] {
    let needed = 0;
    let urgent = 0;
    ready.forEach(({ due, seconds }, i) => {
      needed += seconds;
      if (before[due]! - before[at + 1]! < ahead * needed) urgent = i + 1;
    });
    return ready.filter((job, i) => i < urgent || job.at < at);
  }

  /** The job that is under way and those that have been put off. */
  function jobsHeld(at: number): readonly Job[] {
    const late = ready.filter((job) => job.at < at);
    return underWay ? [underWay.job, ...late] : late;
  }
}

/** Those first that are needed first. */
function byNeed(a: Job, b: Job): number {
  return a.due - b.due || a.at - b.at;
}
