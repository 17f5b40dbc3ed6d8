import type { Position, Taken } from "../data/index.ts";
import type { Training } from "./training.ts";

/** A run's batches. What is wrong with the data of a step is said when all steps before it are saved. */
export interface Batches {
  /** The batch after so many steps; undefined behind the last one, and where it cannot be read. */
  take(step: number, at: Position): Promise<Taken | undefined>;
  readonly failure: { readonly error: unknown } | undefined;
}

export function batchesOf({ config, data }: Pick<Training, "config" | "data">): Batches {
  const { batch_size, seed, steps } = config.training;
  let failure: Batches["failure"];
  return {
    get failure() {
      return failure;
    },
    async take(step, at) {
      if (step >= steps) return undefined;
      try {
        return await data.take(at, batch_size, seed);
      } catch (error) {
        failure = { error };
        return undefined;
      }
    },
  };
}
