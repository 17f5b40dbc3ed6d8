import { serve } from "../lib/child.ts";

/** Takes steps and tells their losses. */
export interface Timed {
  readonly milliseconds: number;
  readonly losses: readonly number[];
  /** What it computes with: a version, or a variant of kernels. */
  readonly by: string;
}

/** Answers `{ steps }` by taking that many. A step gives its loss when its update is done too. */
export function serveSteps(by: string, step: () => Promise<number>): void {
  void serve<{ steps: number }>(async ({ steps }): Promise<Timed> => {
    const losses: number[] = [];
    const since = performance.now();
    for (let i = 0; i < steps; i++) losses.push(await step());
    return { milliseconds: performance.now() - since, losses, by };
  });
}
