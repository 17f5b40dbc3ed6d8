import type { HostArray } from "../dtype.ts";
import { fromFloat16 } from "../half.ts";
import { partsIn, type Sized } from "./bytes.ts";
import { restDType } from "./rest.ts";
import { eachRow } from "./rows.ts";

/** The float32 numbers that rest in bytes, written to a target of as many elements. */
export function widen(bytes: Uint8Array, sized: Sized, target: HostArray): void {
  const parts = partsIn(bytes, sized);
  const dtype = restDType(sized.rest!);
  if (dtype === "int8") widenInt8(parts, sized, target);
  else widenHalves[dtype](parts[0]!, target);
}

const widenHalves = {
  bfloat16(bits: HostArray, target: HostArray) {
    // A bfloat16 is the upper half of a float32.
    const numbers = target instanceof Float32Array ? target : new Float32Array(bits.length);
    const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
    for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
    if (numbers !== target) target.set(numbers);
  },
  float16(bits: HostArray, target: HostArray) {
    const values = allHalves();
    for (let i = 0; i < bits.length; i++) target[i] = values[bits[i]!]!;
  },
};

let halves: Float32Array | undefined;

/** The value of every float16, by its bits. */
function allHalves(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => fromFloat16(bits));
  return halves;
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
