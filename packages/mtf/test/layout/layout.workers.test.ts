import * as fc from "fast-check";
import { defaultMachine, defineMesh, type Program, printProgram } from "mtf";
import { expect, test } from "vitest";
import type { Instruction } from "../../src/program/program.ts";
import { simulator } from "../../src/simulator.ts";
import { workers } from "../../src/workers.ts";
import { build } from "./build.ts";
import { type CaseData, caseData, narrowData } from "./case.ts";
import { lowerCase, type Outcome, runSplit } from "./checkCase.ts";
import { writtenLayout } from "./layoutOf.ts";
import { printCase } from "./print.ts";

// Workers are slow to start, so each mesh's serve many cases.
const meshes = [[2], [2, 2], [3, 1]];
const cases = Math.ceil(Number(process.env.MTF_CASES ?? 200) / 50);
const few = Math.ceil(cases / 2);
const seed = Number(process.env.MTF_SEED ?? 1);

test.each(["reference", "wasm"] as const)(
  "layout cases are the same bits on workers and the simulator: %s",
  { timeout: 300_000 },
  async (backend) => {
    // Programs in which collectives are under way while devices work.
    let begun = 0;
    // Collectives that move what rests narrow.
    let narrow = 0;
    for (const sizes of meshes) {
      const mesh = defineMesh(writtenLayout({ ...anyCase, mesh: sizes }).mesh);
      const several = [await workers(mesh, { backend }), await simulator(mesh, { backend })];
      try {
        const usual = fc.sample(caseData, { numRuns: cases, seed });
        for (const own of [...usual, ...movingNarrow].map((data) => ({ ...data, mesh: sizes }))) {
          const program = build(own, mesh.names);
          const lowered = lowerCase(own, program);
          const apart = lowerCase(own, program, overlapping);
          narrow += narrowMoves(lowered.program);
          const expected = await runSplit(lowered, program, several[1]!);
          const given = [await runSplit(lowered, program, several[0]!)];
          if (printProgram(apart.program).includes("start ")) {
            for (const devices of several) given.push(await runSplit(apart, program, devices));
            begun++;
          }
          for (const { outcomes, counted, promised } of given) {
            expect(bits(outcomes), printCase(own)).toEqual(bits(expected.outcomes));
            expect(counted).toBe(promised);
          }
        }
      } finally {
        await Promise.all(several.map((devices) => devices.close()));
      }
    }
    expect(begun).toBeGreaterThan(0);
    expect(narrow).toBeGreaterThan(0);
    console.log(
      `${(cases + few) * meshes.length} layout cases on workers, a third of them narrow, ${begun} with collectives under way, ${backend} (seed ${seed})`,
    );
  },
);

/** Few programs move what rests narrow: these do on some mesh. */
const movingNarrow = fc
  .sample(narrowData, { numRuns: 20 * few, seed: seed + 1 })
  .filter((data) =>
    meshes.some((sizes) => {
      const own = { ...data, mesh: sizes };
      const { mesh } = writtenLayout(own);
      return narrowMoves(lowerCase(own, build(own, Object.keys(mesh))).program) > 0;
    }),
  )
  .slice(0, few);

function narrowMoves({ instructions, values }: Program): number {
  const narrow = (i: Instruction) =>
    i.kind === "move" && i.axes.length > 0 && values[i.result]!.rest;
  return instructions.filter(narrow).length;
}

/** A machine that computes while collectives are under way. */
const overlapping = { ...defaultMachine, overlaps: true };

const anyCase = fc.sample(caseData, { numRuns: 1, seed: 1 })[0] as CaseData;

/** Every byte, for 0 and -0 differ, and NaNs may. */
function bits(outcomes: readonly Outcome[]): readonly unknown[] {
  return outcomes.map(({ path, numbers }) => {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    return [path, Buffer.from(bytes).toString("hex")];
  });
}
