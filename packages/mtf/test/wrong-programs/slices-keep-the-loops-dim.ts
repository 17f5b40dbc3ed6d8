import { accumulate, mean } from "mtf";
import { dims, stream } from "./program.ts";

accumulate(dims.length, (x) => mean(x, "batch", "length", "embd"), stream);
