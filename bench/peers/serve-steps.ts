import { serve } from "../lib/child.ts";

/** Takes steps and tells their losses. */
export interface Timed {
  readonly milliseconds: number;
  readonly losses: readonly number[];
}

/**
 * Answers `{ steps }` by taking that many steps. A step ends when its loss is known; the last one
 * only when the update is done too.
 */
export function serveSteps(step: () => Promise<number>, settle: () => Promise<unknown>): void {
  void serve<{ steps: number }>(async ({ steps }): Promise<Timed> => {
    const losses: number[] = [];
    const since = performance.now();
    for (let i = 0; i < steps; i++) losses.push(await step());
    await settle();
    return { milliseconds: performance.now() - since, losses };
  });
}
