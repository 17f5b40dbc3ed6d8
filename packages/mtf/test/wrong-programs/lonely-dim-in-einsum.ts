import { einsum } from "mtf";
import { down, x } from "./program.ts";

einsum(x, down, "batch", "classes");
