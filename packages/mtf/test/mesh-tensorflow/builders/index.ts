import { attention } from "./attention.ts";
import { convolution } from "./convolution.ts";
import { type Builders, elementwise } from "./elementwise.ts";
import { experts } from "./experts.ts";
import { indexing } from "./indexing.ts";
import { layers } from "./layers.ts";
import { reduce } from "./reduce.ts";
import { regions } from "./regions.ts";
import { shape } from "./shape.ts";

/** How each of the original's ops is written with ours. */
export const builders: Builders = {
  ...elementwise,
  ...reduce,
  ...shape,
  ...indexing,
  ...layers,
  ...convolution,
  ...attention,
  ...regions,
  ...experts,
};
