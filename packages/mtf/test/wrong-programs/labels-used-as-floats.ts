import { mean } from "mtf";
import { labels } from "./program.ts";

mean(labels, "batch");
