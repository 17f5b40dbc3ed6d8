import type { ModelOptions } from "../../loaded-model.ts";

/** Of a command's options those that a model is loaded with. */
export function modelOptions(options: ModelOptions): ModelOptions {
  const {
    tokenizer,
    context,
    dtype,
    mesh,
    layout,
    storage,
    runtime,
    backend,
    deterministic,
    fastReduce,
  } = options;
  return {
    tokenizer,
    context,
    dtype,
    mesh,
    layout,
    storage,
    runtime,
    backend,
    deterministic,
    fastReduce,
  };
}
