import { einsum, type Tensor } from "mtf";
import { up, x } from "./program.ts";

export const logits: Tensor<"batch"> = einsum(x, up, "batch", "hidden");
