import { dispose } from "mtf";
import type { Devices, Held } from "mtf/simulator";
import { decodingOf } from "../generate/decoding.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { programsOf } from "../model-program.ts";
import type { Parameters } from "../models/index.ts";
import { weightsOf } from "./average.ts";
import type { State } from "./optimizer.ts";
import type { Training } from "./training.ts";

/** A run's model where it lies, without the state of its optimizer. */
export function trainedModel(
  { config, devices, layout, tokenizer }: Omit<Training, "devices"> & { readonly devices: Devices },
  state: Held<State>,
): LoadedModel {
  const parameters = weightsOf(state) as Held<Parameters>;
  const rest = Object.values(state).filter((part) => part !== parameters);
  dispose(rest);
  const program = programsOf({ config, devices, layout });
  return {
    config,
    tokenizer,
    context: config.training.context,
    devices,
    layout,
    dtype: "float32",
    parameters,
    ends: [config.eos_token_id, ...config.more_eos_token_ids],
    notes: [],
    program,
    decoding: decodingOf({ config, devices, program }),
    close: () => devices.close(),
  };
}
