import { add, einsum, type Tensor } from "mtf";
import { stream, weights } from "./program.ts";

function block(x: Tensor<"batch" | "length" | "embd">): Tensor<"batch" | "length" | "embd"> {
  const mixed = einsum(x, weights, "batch", "length", "heads");
  return add(x, mixed);
}
block(stream);
