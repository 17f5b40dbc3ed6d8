import { add } from "mtf";
import { labels, x } from "./program.ts";

add(x, labels);
