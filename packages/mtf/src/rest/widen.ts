import type { HostArray } from "../dtype.ts";
import { partsIn, type Sized } from "./bytes.ts";
import { widenHalves } from "./halves.ts";
import { restDType } from "./rest.ts";
import { eachRow } from "./rows.ts";

/** The float32 numbers that rest in bytes, written to a target of as many elements. */
export function widen(bytes: Uint8Array, sized: Sized, target: HostArray): void {
  const parts = partsIn(bytes, sized);
  const dtype = restDType(sized.rest!);
  if (dtype === "int8") widenInt8(parts, sized, target);
  else widenHalves[dtype](parts[0]!, 0, target, 0, target.length);
}

function widenInt8([scales, numbers]: readonly HostArray[], sized: Sized, target: HostArray): void {
  eachRow(sized, ({ begin, end, scale, step }) => {
    let s = scale;
    for (let i = begin; i < end; i++) {
      // A product is rounded to float32 on every backend, whatever it computes in.
      target[i] = Math.fround(numbers![i]! * scales![s]!);
      s += step;
    }
  });
}
