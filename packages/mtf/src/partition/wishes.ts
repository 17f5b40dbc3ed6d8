import type { MachineModel } from "../cost/machineModel.ts";
import type { Layout } from "../layout.ts";
import type { Wishes } from "../passes/pass.ts";
import { samePlacement } from "../program/placement.ts";
import { place } from "./place.ts";

/** What a layout and a machine have to say to passes over a program. */
export function wishesOf(layout: Layout, machine: MachineModel): Wishes {
  return {
    machine,
    sums: layout.sums,
    stored({ values }, { value }) {
      const { dims, placement } = values[value]!;
      const computed = place(dims, layout.rules, layout.mesh);
      return samePlacement(placement, computed) ? undefined : layout.stored;
    },
  };
}
