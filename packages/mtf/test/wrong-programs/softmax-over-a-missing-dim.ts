import { softmax } from "mtf";
import { h } from "./program.ts";

softmax(h, "memory");
