import type { StoredDType, TensorToWrite } from "mtf/checkpoint";

/** The element types that weights are written in. */
export type WeightType = "float32" | "float16" | "bfloat16";

/** What files call each of them. */
export const stored: Readonly<Record<WeightType, StoredDType>> = {
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
};

/** The type that files call so; float32 for any other. */
export function typeOf(dtype: StoredDType): WeightType {
  return dtype === "F16" ? "float16" : dtype === "BF16" ? "bfloat16" : "float32";
}

/** The type that all tensors have, as a config tells it; float32 where they differ. */
export function commonType(tensors: readonly TensorToWrite[]): WeightType {
  const types = Object.keys(stored) as WeightType[];
  return types.find((type) => tensors.every((t) => t.dtype === stored[type])) ?? "float32";
}
