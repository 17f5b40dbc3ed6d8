import { volumeOf } from "mtf/files";
import type { Config } from "../config/index.ts";
import { parameterNames } from "../models/index.ts";

/** How many numbers a model's parameters are. */
export function parametersIn(config: Config): number {
  return parameterNames(config).reduce((sum, { shape }) => sum + volumeOf(shape), 0);
}
