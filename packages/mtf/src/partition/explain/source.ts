import type { MachineModel } from "../../cost/machineModel.ts";
import type { Layout } from "../../layout.ts";
import type { TracedLeaves } from "../../trace.ts";

/** What a program follows from: planned again, it is the same program with the same reasons. */
export interface PlanSource {
  readonly traced: TracedLeaves;
  readonly layout: Layout;
  readonly donated: readonly number[];
  readonly machine: MachineModel;
}

const sources = new WeakMap<object, PlanSource>();

/** Keeps what a lowered function follows from, as long as the function is kept. */
export function keepSource(lowered: object, source: PlanSource): void {
  sources.set(lowered, source);
}

export function sourceOf(lowered: object): PlanSource | undefined {
  return sources.get(lowered);
}
