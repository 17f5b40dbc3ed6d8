import { defaultMachine } from "../../src/cost/machineModel.ts";
import { lookAhead } from "../../src/partition/lookAhead.ts";
import type { Written } from "../../src/partition/write.ts";
import type { Drawn } from "./drawn.ts";

/** A drawn program as planned for the default machine. */
export function planned({ traced, layout }: Drawn): Written {
  return lookAhead(traced, layout, [], defaultMachine);
}
