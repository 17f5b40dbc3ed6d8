import * as fc from "fast-check";
import { defaultMachine, defineMesh, type Mesh } from "mtf";
import type { BackendName } from "../../src/backend/open.ts";
import type { Devices } from "../../src/runtime/devices.ts";
import { build } from "../layout/build.ts";
import { type CaseData, caseData, narrowData } from "../layout/case.ts";
import { lowerCase, type Outcome, runSplit } from "../layout/checkCase.ts";
import { writtenLayout } from "../layout/layoutOf.ts";

// Fewer on a kind of device that is slow; of some, floats among the inputs rest narrow.
const drawn = { reference: [20, 5], wasm: [8, 3] } as const;

/** What drawn programs give on meshes, to the bit, and whether they move what was promised. */
export async function layoutCases(
  meshes: readonly (readonly number[])[],
  open: (mesh: Mesh, backend: BackendName) => Promise<Devices>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const backend of ["reference", "wasm"] as const) {
    for (const sizes of meshes) {
      const mesh = defineMesh(writtenLayout({ ...anyCase, mesh: sizes }).mesh);
      const devices = await open(mesh, backend);
      const cases = [caseData, narrowData].flatMap((kind, i) => {
        return fc.sample(kind, { numRuns: drawn[backend][i]!, seed: 1 + i });
      });
      for (const [i, data] of cases.entries()) {
        // In every second one collectives may be under way while devices work.
        const machine = { ...defaultMachine, overlaps: i % 2 === 1 };
        const own = { ...data, mesh: sizes };
        const program = build(own, mesh.names);
        const { outcomes, counted, promised } = await runSplit(
          lowerCase(own, program, machine),
          program,
          devices,
        );
        const held = (await devices.usage()).map(({ buffers }) => buffers);
        const bytes = `${counted} of ${promised} bytes, ${held} held`;
        lines.push(`${backend} ${sizes}: ${outcomes.map(bits).join(" ")}, ${bytes}`);
      }
      await devices.close();
    }
  }
  return lines;
}

const anyCase = fc.sample(caseData, { numRuns: 1, seed: 1 })[0] as CaseData;

/** Every byte, for 0 and -0 differ, and NaNs may. */
function bits({ path, numbers }: Outcome): string {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return `${path} ${Buffer.from(bytes).toString("hex")}`;
}
