import type { Sized } from "./bytes.ts";

/** Neighbours along the last dim of an int8, and where their scales are: `step` is 0 or 1. */
export interface Row {
  readonly begin: number;
  readonly end: number;
  readonly scale: number;
  readonly step: number;
}

/** Goes through the rows of an int8 tensor, or of a slice of these sizes. */
export function eachRow({ dims, rest }: Sized, visit: (row: Row) => void): void {
  const scales = typeof rest === "object" ? rest.scales : [];
  const last = dims.at(-1)?.size ?? 1;
  const steps = new Array<number>(dims.length).fill(0);
  let stride = 1;
  for (let d = dims.length - 1; d >= 0; d--) {
    if (!scales.includes(dims[d]!.name)) continue;
    steps[d] = stride;
    stride *= dims[d]!.size;
  }
  const outer = dims.slice(0, -1);
  const index = outer.map(() => 0);
  const count = outer.reduce((product, d) => product * d.size, 1);
  let scale = 0;
  for (let row = 0; row < count; row++) {
    visit({ begin: row * last, end: (row + 1) * last, scale, step: steps.at(-1) ?? 0 });
    for (let d = outer.length - 1; d >= 0; d--) {
      scale += steps[d]!;
      if (++index[d]! < outer[d]!.size) break;
      scale -= steps[d]! * outer[d]!.size;
      index[d] = 0;
    }
  }
}
