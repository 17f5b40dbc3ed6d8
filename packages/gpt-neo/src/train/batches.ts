import type { Position, Taken } from "../data/index.ts";
import { alone } from "../team.ts";
import type { Training } from "./training.ts";

/** A run's batches. What is wrong with the data of a step is said when all steps before it are saved. */
export interface Batches {
  /** Has the first process read the batch after so many steps. */
  prepare(step: number, at: Position): Promise<void>;
  /**
   * The batch that was prepared, for all processes; undefined behind the last one, where it cannot be
   * read, and as soon as one of the processes is to stop.
   */
  next(): Promise<Taken | undefined>;
  /** Whether one of the processes is to stop. */
  readonly stopped: boolean;
  readonly failure: { readonly error: unknown } | undefined;
}

export function batchesOf({
  config,
  data,
  stopped = () => false,
  team = alone,
}: Pick<Training, "config" | "data" | "stopped" | "team">): Batches {
  const { batch_size, seed, steps } = config.training;
  let taken: Taken | undefined;
  let isStopped = false;
  let failure: Batches["failure"];
  return {
    get stopped() {
      return isStopped;
    },
    get failure() {
      return failure;
    },
    async prepare(step, at) {
      taken = undefined;
      if (step >= steps || !team.leads) return;
      try {
        taken = await data.take(at, batch_size, seed);
      } catch (error) {
        failure = { error };
      }
    },
    async next() {
      const [first, ...others] = await team.gather({
        stops: stopped(),
        taken,
        failed: failure && String(failure.error),
      });
      isStopped = [first!, ...others].some(({ stops }) => stops);
      if (first!.failed !== undefined) failure ??= { error: new Error(first!.failed) };
      return isStopped ? undefined : first!.taken;
    },
  };
}
