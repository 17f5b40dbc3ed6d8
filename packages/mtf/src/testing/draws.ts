/** Whether everything is tried: in `npm run test:full`. */
export const tryAll: boolean = process.env.MTF_DRAWS === "all";

/**
 * How many of so many cases a test draws: in `npm test` as few as find most faults, in `npm run
 * test:full` all.
 *
 * @example
 * fc.assert(property, { numRuns: draws(400) }); // 100
 */
export function draws(all: number): number {
  return tryAll ? all : Math.ceil(all / 4);
}
