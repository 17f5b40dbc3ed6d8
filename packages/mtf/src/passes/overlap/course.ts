import { type Instruction, readsOf, writesOf } from "../../program/program.ts";
import { byNeed, type Job } from "./job.ts";

/** Instructions as they are put in order, with the one job that is under way. */
export interface Course {
  /** Jobs that could begin, in the order in which they are needed. */
  readonly ready: readonly Job[];
  readonly underWay: UnderWay | undefined;
  begin(job: Job): void;
  /** Waits for the job that is under way, if one is. */
  end(): void;
  /** Sees to it that jobs have ended that make some of these values, and those that they need. */
  finish(values: readonly number[]): void;
  /** Has an instruction run that is no job and takes so many seconds. */
  work(instruction: Instruction, seconds: number): void;
  /** All in their order, once no job is left; undefined where none has been under way meanwhile. */
  result(): readonly Instruction[] | undefined;
}

/** The job that is under way: where it began, and how long the device has worked since. */
interface UnderWay {
  readonly job: Job;
  readonly from: number;
  busy: number;
}

export function courseOf(jobs: readonly Job[]): Course {
  const makerOf = new Map(jobs.flatMap((job) => writesOf(job.collective).map((v) => [v, job])));
  const waiting = new Map<number, Job[]>();
  for (const job of jobs) {
    for (const value of job.missing) {
      const known = waiting.get(value);
      if (known) known.push(job);
      else waiting.set(value, [job]);
    }
  }
  const ready = jobs.filter(({ missing }) => missing.size === 0).sort(byNeed);
  const result: Instruction[] = [];
  let underWay: UnderWay | undefined;
  let apart = false;

  const arrive = (values: readonly number[]) => {
    for (const job of values.flatMap((value) => waiting.get(value) ?? [])) {
      for (const value of values) job.missing.delete(value);
      if (job.missing.size > 0 || ready.includes(job)) continue;
      const place = ready.findIndex((other) => byNeed(job, other) < 0);
      ready.splice(place < 0 ? ready.length : place, 0, job);
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
    const [operands, results] = [readsOf(collective), writesOf(collective)];
    if (Math.min(busy, job.seconds) > 0) {
      apart = true;
      result[from] = { kind: "start", collective, origin };
      result.push({ kind: "wait", operands, results, origin });
    }
    underWay = undefined;
    job.ended = true;
    arrive(results);
  };
  const finish = (values: readonly number[]) => {
    for (const value of values) {
      const job = makerOf.get(value);
      if (!job || job.ended) continue;
      if (underWay?.job !== job) {
        finish(readsOf(job.collective));
        end();
        begin(job);
      }
      end();
    }
  };
  return {
    ready,
    get underWay() {
      return underWay;
    },
    begin,
    end,
    finish,
    work(instruction, seconds) {
      if (underWay) underWay.busy += seconds;
      result.push(instruction);
      arrive(writesOf(instruction));
    },
    result() {
      for (const { collective } of jobs) finish(writesOf(collective));
      return apart ? result : undefined;
    },
  };
}
