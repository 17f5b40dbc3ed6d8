import { expect } from "vitest";

/** Has snapshots of errors say `.test.ts:0` for any line of a test: they last if lines are added. */
export function withoutLines(): void {
  expect.addSnapshotSerializer({
    test: (value) => typeof value === "string" && /\.test\.ts:[1-9]/.test(value),
    serialize: (value: string, config, indentation, depth, refs, printer) =>
      printer(value.replace(/\.test\.ts:\d+/g, ".test.ts:0"), config, indentation, depth, refs),
  });
}
