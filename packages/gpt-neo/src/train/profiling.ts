import type { Training } from "./training.ts";

/** The steps that are taken before one is profiled: the first have to find their memory. */
const before = 2;

/** Takes a step, given how many are behind it. */
export type TakeStep = <Taken>(behind: number, take: () => Promise<Taken>) => Promise<Taken>;

/** Has one step profiled, if the run is to: the third it takes, or its last if they are fewer. */
export function profilingOf({ profile, devices, config, on }: Training, first: number): TakeStep {
  const wanted = Math.min(first + before, config.training.steps - 1);
  return async <Taken>(behind: number, take: () => Promise<Taken>): Promise<Taken> => {
    if (!profile || behind !== wanted) return take();
    const taken: Taken[] = [];
    const profiled = await devices.profile(async () => {
      taken.push(await take());
    });
    await on.profiled?.(behind + 1, profiled);
    return taken[0]!;
  };
}
