import { einsum, type Tensor } from "mtf";
import { up, x } from "./program.ts";

export const logits: Tensor<"batch" | "hidden" | "classes"> = einsum(x, up, "batch", "hidden");
