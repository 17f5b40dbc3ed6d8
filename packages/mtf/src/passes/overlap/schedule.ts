import { busySeconds } from "../../cost/busySeconds.ts";
import type { MachineModel } from "../../cost/machineModel.ts";
import type { Mesh } from "../../mesh.ts";
import { type Instruction, type Program, readsOf, writesOf } from "../../program/program.ts";
import { hasCollectives, isTogether } from "../../program/together.ts";
import type { Room } from "../room.ts";
import { courseOf } from "./course.ts";
import { holdingIn } from "./holding.ts";
import { type Job, jobsIn } from "./job.ts";

/** A program, and what its collectives have to go by. */
export interface Planned {
  readonly program: Program;
  readonly machine: MachineModel;
  readonly mesh: Mesh;
  /** What is held when, as the program was. */
  readonly room: Room;
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
 * @param kept values that do not die here
 * @returns the same instructions where none can be under way while a device works
 */
export function scheduled(
  { program, machine, mesh, room }: Planned,
  instructions: readonly Instruction[],
  kept: readonly number[],
): readonly Instruction[] {
  const jobs = jobsIn(program, instructions, machine, mesh);
  if (jobs.length === 0) return instructions;
  const course = courseOf(jobs);
  const holding = holdingIn(room, instructions, kept);
  const seconds = instructions.map((i) => busySeconds(program, i, machine, mesh));
  const timely = timelyAmong(seconds);
  for (const [at, instruction] of instructions.entries()) {
    if (isTogether(instruction)) continue;
    course.finish(readsOf(instruction));
    const { ready, underWay } = course;
    const hidden = underWay && underWay.busy >= underWay.job.seconds;
    const wanted = hidden && timely(ready, at).length > 0;
    if (hasCollectives(instruction) || wanted) course.end();
    if (!hasCollectives(instruction) && !course.underWay) {
      const next = timely(ready, at).find((job) => holding.results(job, at));
      if (next) course.begin(next);
    }
    const late = ready.filter((job) => job.at < at);
    for (const job of course.underWay ? [course.underWay.job, ...late] : late) {
      if (!holding.operands(job, at)) course.finish(writesOf(job.collective));
    }
    course.work(instruction, seconds[at]!);
  }
  return course.result() ?? instructions;
}

/**
 * Which of the jobs that could begin should not wait until an instruction has run.
 *
 * @param seconds that each instruction takes the device by itself
 */
function timelyAmong(
  seconds: readonly number[],
): (ready: readonly Job[], at: number) => readonly Job[] {
  // The work that comes before each instruction, and before their end.
  const before = [0];
  for (const own of seconds) before.push(before.at(-1)! + own);
  return (ready, at) => {
    let needed = 0;
    let urgent = 0;
    ready.forEach((job, i) => {
      needed += job.seconds;
      if (before[job.due]! - before[at + 1]! < ahead * needed) urgent = i + 1;
    });
    return ready.filter((job, i) => i < urgent || job.at < at);
  };
}
