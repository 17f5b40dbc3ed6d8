import {
  always,
  isOff,
  type KeyNote,
  type Keys,
  note,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "../key-rules.ts";
import { typed } from "./rule-kinds.ts";

/** How a run is spread over devices. */
export const parallelRules: Readonly<Record<string, Rule>> = {
  model_parallel_size: typed("number", 0),
  pipe_parallel_size: (value) =>
    isOff(value) || value === 1
      ? undefined
      : note("layers are not split over devices; `mesh` and `layout` split within them"),
  pipe_partition_method: always("layers are not split over devices"),
  is_pipe_parallel: always("layers are not split over devices"),
  sequence_parallel: unlessOff('norms can be split by length: `layout: "length:model"`'),
  output_layer_parallelism: always('`layout: "vocab:model"` or embd:model splits the output'),
  zero_optimization: zero,
  num_gpus: typed("number", 1),
  global_num_gpus: typed("number", 1),
  num_nodes: typed("number", 1),
};

function zero(value: unknown): KeyNote | undefined {
  const stage = (value as Keys | null)?.stage;
  return isOff(stage) || typeof stage === "number"
    ? undefined
    : problem(`has stage ${printed(stage)}, which must be a number`);
}
