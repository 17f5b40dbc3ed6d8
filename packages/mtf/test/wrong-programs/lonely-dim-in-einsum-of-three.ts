import { einsum } from "mtf";
import { down, h, up } from "./program.ts";

einsum([h, up, down], ["batch", "classes"]);
