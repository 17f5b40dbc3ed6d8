import { einsum, softmaxCrossEntropy, valueAndGrad } from "mtf";
import { type down, h, labels } from "./program.ts";

valueAndGrad((p: typeof down) =>
  softmaxCrossEntropy(einsum(h, p, "batch", "classes"), labels, "classes"),
);
