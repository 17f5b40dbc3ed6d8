import { type Layout, ledger, type Mesh, memoryPlan, type Program, printMesh } from "mtf";
import type { Devices } from "mtf/simulator";
import { blasAdvice } from "../blas-advice.ts";
import { loneProcessAdvice } from "../lone-process-advice.ts";
import { printLayout } from "../session.ts";

/** What a step costs beside time. */
export interface StepCost {
  readonly bytesMoved: number;
  readonly memoryBytes: number;
}

/** What a step of a program moves between devices, and holds on one of them. */
export function costOf(program: Program): StepCost {
  return { bytesMoved: ledger(program).bytes, memoryBytes: memoryPlan(program).peakBytes };
}

/** What a run says before it begins: where it runs, and what a step costs there. */
export function describeRun(
  program: Program,
  mesh: Mesh,
  layout: Layout,
  devices: Devices,
): readonly string[] {
  const { bytes, entries } = ledger(program);
  const { peakBytes } = memoryPlan(program);
  const collectives = entries.filter(({ joined }) => !joined).length;
  const sliced = layout.storage.some(({ path }) => path !== "");
  const count = collectives === 1 ? "a collective" : `${collectives} collectives`;
  return [
    `mesh ${printMesh(mesh)} (${mesh.size === 1 ? "one device" : `${mesh.size} devices`}, ${devices.variant}), ${printLayout(layout)}${sliced ? "; the optimizer's state in slices" : ""}`,
    `a step moves ${megabytes(bytes)} in ${count} and holds ${megabytes(peakBytes)} per device`,
    ...blasAdvice(devices.variant),
    ...loneProcessAdvice(devices),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
