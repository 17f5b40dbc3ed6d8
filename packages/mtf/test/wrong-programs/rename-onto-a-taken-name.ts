import { rename } from "mtf";
import { h } from "./program.ts";

rename(h, "hidden", "batch");
