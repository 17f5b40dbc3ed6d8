import { defineMesh, key, lower } from "mtf";
import type { Devices } from "mtf/simulator";
import type { Config } from "../../src/config/index.ts";
import { decodingOf } from "../../src/generate/decoding.ts";
import type { Continuing } from "../../src/generate/held-cache.ts";
import type { LoadedModel } from "../../src/loaded-model.ts";
import { programsOf } from "../../src/model-program.ts";
import { initialParameters, modelOf, poolDims } from "../../src/models/index.ts";
import { layoutOf } from "../../src/session.ts";
import type { Case } from "../hugging-face/layouts.ts";

/** A model of a config with fresh parameters, which is asked what follows ids. */
export async function randomModel(
  devices: Devices,
  at: Case,
  config: Config,
): Promise<Continuing & Pick<LoadedModel, "config" | "program">> {
  const dims = modelOf(config).dims(config, 1, 1);
  const layout = layoutOf(at, defineMesh(at.mesh), { ...dims, ...poolDims });
  const begin = lower(() => initialParameters(config, dims, key(1)), { layout, inputs: [] });
  const run = await devices.load(begin);
  const parameters = await run();
  await run.unload();
  const program = programsOf({ config, devices, layout });
  const context = config.max_position_embeddings;
  const decoding = decodingOf({ config, devices, program });
  return { config, context, parameters, program, decoding };
}
