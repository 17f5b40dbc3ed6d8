import { applications } from "./applications.ts";
import type { Entries } from "./entry.ts";
import { layers } from "./layers.ts";
import { ops } from "./ops.ts";
import { runtime, transformerRuns } from "./running.ts";
import { autoLayout, optimize, schedules } from "./training.ts";
import { moreLayers, transformer } from "./transformer.ts";

/** Each public name of Mesh-TensorFlow by its module, and what one has here for it. */
export const modules: Readonly<Record<string, Entries>> = {
  ops,
  layers,
  optimize,
  "transformer.learning_rate_schedules": schedules,
  "transformer.transformer": transformer,
  ...moreLayers,
  ...transformerRuns,
  ...runtime,
  ...autoLayout,
  ...applications,
};
