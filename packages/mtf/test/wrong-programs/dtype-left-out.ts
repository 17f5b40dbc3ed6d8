import {
  constant,
  fill,
  greater,
  oneHot,
  ones,
  placeholder,
  softmaxCrossEntropy,
  type Tensor,
  where,
  zeros,
} from "mtf";
import { dims, h, labels, x } from "./program.ts";

const { batch, classes, embd } = dims;

// What holds the result does not say what it is: a dtype that is left out is float32.
export const asked: Tensor<"batch", "int32"> = placeholder([batch]);
export const zero: Tensor<"batch", "int32"> = zeros([batch]);
export const one: Tensor<"batch", "int32"> = ones([batch]);
export const half: Tensor<"batch", "int32"> = fill([batch], 2);
export const numbers: Tensor<"batch", "int32"> = constant([1, 2, 3, 4, 5, 6, 7, 8], [batch]);
export const number: Tensor<never, "int32"> = constant(1);
export const encoded: Tensor<"batch" | "classes", "int32"> = oneHot(labels, classes);
export const chosen: Tensor<"batch" | "embd", "int32"> = where(greater(x, 0), 1, 2);
export const more: Tensor<"batch" | "embd" | "hidden"> = where(greater(x, 0), 1, 2);
softmaxCrossEntropy(h, placeholder([batch]), "hidden");
export const right: Tensor<"embd", "int32"> = zeros([embd], "int32");
