import { einsum, softmaxCrossEntropy } from "mtf";
import { down, h, x } from "./program.ts";

softmaxCrossEntropy(einsum(h, down, "batch", "classes"), einsum(x, x, "batch"), "classes");
