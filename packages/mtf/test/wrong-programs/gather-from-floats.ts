import { gather } from "mtf";
import { up, x } from "./program.ts";

gather(up, x, "embd");
