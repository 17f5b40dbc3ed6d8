import { einsum } from "mtf";
import { up, x } from "./program.ts";

einsum(x, up, "batch", "vocab");
