import * as fc from "fast-check";
import { defineMesh } from "mtf";
import { expect, test } from "vitest";
import { simulator } from "../../src/simulator.ts";
import { workers } from "../../src/workers.ts";
import { build } from "./build.ts";
import { type CaseData, caseData } from "./case.ts";
import { lowerCase, type Outcome, runSplit } from "./checkCase.ts";
import { writtenLayout } from "./layoutOf.ts";
import { printCase } from "./print.ts";

// Workers are slow to start, so each mesh's serve many cases.
const meshes = [[2], [2, 2], [3, 1]];
const cases = Math.ceil(Number(process.env.MTF_CASES ?? 2000) / 100);
const seed = Number(process.env.MTF_SEED ?? 1);

test.each(["reference", "wasm"] as const)(
  "layout cases are the same bits on workers and the simulator: %s",
  { timeout: 300_000 },
  async (backend) => {
    for (const sizes of meshes) {
      const mesh = defineMesh(writtenLayout({ ...anyCase, mesh: sizes }).mesh);
      const several = [await workers(mesh, { backend }), await simulator(mesh, { backend })];
      try {
        for (const data of fc.sample(caseData, { numRuns: cases, seed })) {
          const own = { ...data, mesh: sizes };
          const program = build(own, mesh.names);
          const lowered = lowerCase(own, program);
          const [given, expected] = [
            await runSplit(lowered, program, several[0]!),
            await runSplit(lowered, program, several[1]!),
          ];
          expect(bits(given.outcomes), printCase(own)).toEqual(bits(expected.outcomes));
          expect(given.counted).toBe(given.promised);
        }
      } finally {
        await Promise.all(several.map((devices) => devices.close()));
      }
    }
    console.log(`${cases * meshes.length} layout cases on workers, ${backend} (seed ${seed})`);
  },
);

const anyCase = fc.sample(caseData, { numRuns: 1, seed: 1 })[0] as CaseData;

/** Every byte, for 0 and -0 differ, and NaNs may. */
function bits(outcomes: readonly Outcome[]): readonly unknown[] {
  return outcomes.map(({ path, numbers }) => {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    return [path, Buffer.from(bytes).toString("hex")];
  });
}
