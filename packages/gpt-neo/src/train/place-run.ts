import { defineMesh, type MachineModel, type Mesh, type Program, printMesh } from "mtf";
import { type Config, withTraining } from "../config/index.ts";
import {
  type ChosenMesh,
  chooseMesh,
  type Machine,
  meshesIn,
  parametersIn,
  thisMachine,
  type Way,
} from "../fit/index.ts";
import { type Dims, modelOf } from "../models/index.ts";
import { lowerStep } from "./lower-step.ts";
import type { TrainOptions } from "./options.ts";
import { type RunLayout, runLayout } from "./run-layout.ts";

/** Weights, their gradient and Adam's two moments, in float32: what no layout does without. */
const bytesPerParameter = 16;

/**
 * Where a run is computed: on the command line's mesh, or the config's, or the first that there is
 * memory for.
 *
 * @param config with the command line's word over it
 * @throws MtfError `out-of-memory` where there is not enough; as `runLayout`
 */
export function placeRun(
  options: Pick<TrainOptions, "mesh" | "layout" | "storage" | "runtime" | "backend"> & {
    readonly machine?: MachineModel;
  },
  config: Config,
  machine: Machine = thisMachine(options),
): RunLayout & Pick<ChosenMesh, "told"> {
  const { batch_size, mesh: written } = config.training;
  const meshes = meshesIn(options, batch_size, machine.cores);
  const given = options.mesh ?? written ?? undefined;
  const asked = given === undefined ? undefined : defineMesh(given);
  // As many devices as usual, or more that split nothing but the model.
  const isAdvised = ({ size, names }: Mesh): boolean =>
    size === meshes[0]!.size || (size > meshes[0]!.size && !names.includes("data"));
  const usual = printMesh(asked ?? meshes[0]!);
  const placed = (way: Way, parts = config): RunLayout => {
    const named = printMesh(way.mesh);
    const storage = way.storage ?? options.storage;
    // Rules of the config's hold for its own mesh, and for another one as far as they can.
    const at = { ...options, storage, ...(named !== usual && { mesh: named }) };
    return runLayout(at, parts, dimsOfStep(parts), way.mesh);
  };
  const plans = (way: Way): readonly Program[] => {
    const { gradAccumulation: parts } = way;
    const split = parts === undefined ? config : withTraining(config, { grad_accumulation: parts });
    const { layout } = placed(way, split);
    return [lowerStep(split, dimsOfStep(split), layout, options.machine).program];
  };
  const by = options.mesh === undefined ? "as the config says" : "as `mesh` says";
  const { mesh, told } = chooseMesh({
    plans,
    asked: asked && { mesh: asked, by },
    meshes,
    ways: waysFor(meshes.filter(isAdvised), options, config),
    leastBytes: bytesPerParameter * parametersIn(config),
    where: options,
    machine: { ...machine, deviceBytes: options.machine?.capacity },
  });
  return { ...placed({ mesh }), told };
}

function dimsOfStep(config: Config): Dims {
  const { batch_size, context, grad_accumulation } = config.training;
  return modelOf(config).dims(config, batch_size / grad_accumulation, context);
}

/** Parameters at rest in slices, parts of the batch one by one, and both. */
function waysFor(
  meshes: readonly Way["mesh"][],
  options: Pick<TrainOptions, "storage">,
  { training }: Config,
): readonly Way[] {
  const stored = (way: Way): Way[] =>
    options.storage === undefined && way.mesh.names.includes("data")
      ? [{ ...way, storage: "embd:data" }]
      : [];
  const apart = meshes.flatMap((mesh): Way[] => {
    const { data } = mesh.axes as { readonly data?: number };
    const gradAccumulation = training.batch_size / (data ?? 1);
    return Number.isInteger(gradAccumulation) && gradAccumulation > training.grad_accumulation
      ? [{ mesh, gradAccumulation }]
      : [];
  });
  return [...meshes.flatMap((mesh) => stored({ mesh })), ...apart, ...apart.flatMap(stored)];
}
