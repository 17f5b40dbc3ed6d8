import { defineMesh, type Layout, lower } from "mtf";
import type { Devices, Held } from "mtf/simulator";
import type { Config } from "../../src/config/index.ts";
import {
  dimsOf,
  type Parameters,
  parameterNames,
  parameterPlaceholders,
  poolDims,
} from "../../src/models/index.ts";
import { layoutOf } from "../../src/session.ts";
import { loadWeights } from "../../src/weights/index.ts";
import { parameterSource } from "../../src/weights/parameter-source.ts";
import type { Case } from "../hugging-face/layouts.ts";

/** The parameters of a folder where a layout wants them. */
export async function parametersOn(
  devices: Devices,
  at: Case,
  { folder, config }: { readonly folder: string; readonly config: Config },
): Promise<{ readonly layout: Layout; readonly parameters: Held<Parameters> }> {
  const dims = dimsOf(config, 1, 1);
  const layout = layoutOf(at, defineMesh(at.mesh), { ...dims, ...poolDims });
  const tree = parameterPlaceholders(config, dims);
  const weights = await loadWeights(folder);
  const names = new Map(parameterNames(config).map((name) => [name.path, name]));
  const resting = lower((p: Parameters) => p, { layout, inputs: [tree] as const });
  const parameters = await devices.putTree(resting, (path) =>
    parameterSource(weights, names.get(path)!),
  );
  await weights.close();
  return { layout, parameters };
}
