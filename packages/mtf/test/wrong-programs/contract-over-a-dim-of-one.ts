import { contract } from "mtf";
import { down, x } from "./program.ts";

contract(x, down, "hidden");
