import { sum } from "mtf";
import { h } from "./program.ts";

sum(h, "classes");
