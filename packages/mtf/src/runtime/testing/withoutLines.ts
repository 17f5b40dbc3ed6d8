import { afterAll, expect } from "vitest";

/**
 * Has the snapshots of errors of a file say `.test.ts:0` for any line of a test: they last if lines are
 * added.
 */
export function withoutLines(): void {
  // Serializers stay for the files that share the process.
  let isWanted = true;
  afterAll(() => {
    isWanted = false;
  });
  expect.addSnapshotSerializer({
    test: (value) => isWanted && typeof value === "string" && /\.test\.ts:[1-9]/.test(value),
    serialize: (value: string, config, indentation, depth, refs, printer) =>
      printer(value.replace(/\.test\.ts:\d+/g, ".test.ts:0"), config, indentation, depth, refs),
  });
}
