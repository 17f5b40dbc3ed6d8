import { type ModelOptions, modelOptionNames } from "../../loaded-model.ts";
import { onlyNamed } from "../../option-names.ts";

/** Of a command's options those that a model is loaded with. */
export function modelOptions(options: ModelOptions): ModelOptions {
  return onlyNamed(options, modelOptionNames);
}
