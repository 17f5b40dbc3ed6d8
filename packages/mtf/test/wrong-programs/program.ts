// What the wrong programs share: dims, parameters and inputs of small models.
import { type Dimension, defineDims, placeholder, type Tensor } from "mtf";

export const dims: {
  readonly [N in
    | "batch"
    | "length"
    | "memory"
    | "embd"
    | "heads"
    | "hidden"
    | "classes"]: Dimension<N>;
} = defineDims({ batch: 8, length: 16, memory: 16, embd: 32, heads: 4, hidden: 64, classes: 10 });

export const x: Tensor<"batch" | "embd"> = placeholder([dims.batch, dims.embd]);
export const h: Tensor<"batch" | "hidden"> = placeholder([dims.batch, dims.hidden]);
export const up: Tensor<"embd" | "hidden"> = placeholder([dims.embd, dims.hidden]);
export const down: Tensor<"hidden" | "classes"> = placeholder([dims.hidden, dims.classes]);
export const labels: Tensor<"batch", "int32"> = placeholder([dims.batch], "int32");
export const stream: Tensor<"batch" | "length" | "embd"> = placeholder([
  dims.batch,
  dims.length,
  dims.embd,
]);
export const weights: Tensor<"embd" | "heads"> = placeholder([dims.embd, dims.heads]);
