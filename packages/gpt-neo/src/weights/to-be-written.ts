import { MtfError } from "mtf";
import type { StoredDType, TensorToWrite } from "mtf/checkpoint";
import { rowBlocks } from "mtf/files";
import type { Weights } from "./load.ts";
import { roundToOdd } from "./narrow.ts";
import { clampOverflows, countNotFinite, countOverflows } from "./overflow.ts";
import type { WeightTensor } from "./source.ts";
import { stored, typeOf, type WeightType } from "./weight-type.ts";

/** Tensors with how many of their numbers are out of what there should be. */
export type Overflows = readonly (readonly [name: string, count: number])[];

/** As many elements as are in memory at a time: 4 MiB of float32. */
const pieceElements = 1 << 20;

/** How the numbers of a conversion are written. */
export interface Writing {
  /** How numbers are stored; by default as they were. */
  readonly dtype?: WeightType;
  /** Numbers too large for that type become its largest one, where they are an error otherwise. */
  readonly clamp?: boolean;
}

/** What comes out about numbers while they are written. */
export interface Told {
  readonly progress: (elements: number) => void;
  readonly clamped: [string, number][];
  readonly notFinite: [string, number][];
}

/** A tensor of some weights as it is to be written, a piece at a time. */
export function toBeWritten(
  weights: Weights,
  { name, dtype: before, shape }: WeightTensor,
  { dtype: wanted, clamp }: Writing,
  told: Told,
): TensorToWrite {
  const kept: StoredDType = before === "F16" || before === "BF16" ? before : "F32";
  const dtype = wanted === undefined ? kept : stored[wanted];
  const type = typeOf(dtype);
  async function* data(): AsyncGenerator<Float32Array> {
    let [tooLarge, notFinite] = [0, 0];
    for (const box of rowBlocks(shape, pieceElements)) {
      const as = before === "F64" ? "float64" : "float32";
      const values = await weights.read(name, { box, as });
      notFinite += countNotFinite(values);
      if (dtype !== before) {
        const count = countOverflows(values, type);
        if (count > 0 && clamp) clampOverflows(values, type);
        tooLarge += count;
      }
      if (values instanceof Float32Array) yield values;
      else yield dtype === "F32" ? Float32Array.from(values) : roundToOdd(values);
      told.progress(values.length);
    }
    if (notFinite > 0) told.notFinite.push([name, notFinite]);
    if (tooLarge > 0) told.clamped.push([name, tooLarge]);
  }
  return { name, dtype, shape, data };
}

/** What says that numbers are too large for a type. */
export function tooLarge(found: Overflows, type: WeightType): MtfError {
  const shown = found
    .slice(0, 10)
    .map(([name, count]) => [name, `${count} ${count === 1 ? "value" : "values"}`] as const);
  const more = found.length - shown.length;
  const total = found.reduce((sum, [, count]) => sum + count, 0);
  const told = `${total} ${total === 1 ? "value is" : "values are"} too large for ${type}`;
  return new MtfError("bad-argument", `${told}: nothing is written.`, {
    evidence: more > 0 ? [...shown, ["…", `${more} more tensors`]] : shown,
    try: [
      ...(type === "float16" ? ['`dtype: "bfloat16"`, which has the range of float32'] : []),
      ...(type === "bfloat16" ? ['`dtype: "float32"`'] : []),
      "`clamp: true`, which makes them the largest number there is",
    ],
    tensors: found.map(([name]) => name),
  });
}
