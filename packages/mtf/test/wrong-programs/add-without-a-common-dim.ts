import { add } from "mtf";
import { down, x } from "./program.ts";

add(x, down);
