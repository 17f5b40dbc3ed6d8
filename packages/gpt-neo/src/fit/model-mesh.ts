import { lower, type Mesh, type Program } from "mtf";
import type { Config } from "../config/index.ts";
import { type Dims, modelOf, type Parameters, poolDims } from "../models/index.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import { paddedLength } from "../padded-length.ts";
import { layoutOf, meshOf, type SessionOptions } from "../session.ts";
import { type ChosenMesh, chooseMesh, type Way } from "./choose.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { meshesIn } from "./meshes.ts";
import { spread } from "./spread.ts";

/** Chooses the mesh of a model when its config is known. */
export type ChooseMesh = (config: Config, context: number) => ChosenMesh;

/** What is run over a model's parameters. */
export interface ModelUse {
  /** The most devices that a batch is split over. */
  readonly devices: number;
  /** Rows at a time on a mesh. */
  readonly rows: (mesh: Mesh) => number;
  /** The config of a model that is held beside it, and used alike. */
  readonly beside?: Config | undefined;
  /** A function of parameters and other arguments, as `lower` takes them. */
  readonly build: (
    config: Config,
    dims: Dims,
  ) => readonly [
    fn: (parameters: Parameters, ...rest: never[]) => unknown,
    rest: readonly unknown[],
    donate?: readonly number[],
  ];
}

/**
 * How the mesh of a model is chosen: the one that is asked for, or the one that is fastest where the model
 * is large, or as many devices as it needs.
 *
 * @example
 * await loadModel("gpt-neo-1.3B", options, meshFor(options, use), 1);
 */
export function meshFor(
  options: SessionOptions & { readonly dtype?: WeightsDType | undefined },
  { devices, rows, beside, build }: ModelUse,
  machine: Machine = thisMachine(options),
): ChooseMesh {
  return (config, context) => {
    const asked = options.mesh === undefined ? undefined : meshOf(options, devices);
    // Text may be short: a mesh that was asked for is refused where nothing at all could run.
    const length = asked ? paddedLength(1, context) : context;
    const planOf = (of: Config, { mesh }: Way): Program => {
      const model = modelOf(of);
      const dims = model.dims(of, rows(mesh), Math.min(length, of.max_position_embeddings));
      const [fn, rest, donate = []] = build(of, dims);
      const inputs = [model.placeholders(of, dims, options.dtype), ...rest] as never;
      const layout = layoutOf(options, mesh, { ...dims, ...poolDims });
      return lower(fn, { layout, inputs, donate }).program;
    };
    // A batch keeps all cores at work by itself; text that grows by a token at a time does not.
    const fastest = devices === 1 ? spread(config, options, machine.cores) : undefined;
    return chooseMesh({
      plans: (way) => [config, ...(beside ? [beside] : [])].map((one) => planOf(one, way)),
      asked: asked && { mesh: asked, by: "as `mesh` says" },
      meshes: [...(fastest ? [fastest] : []), ...meshesIn(options, devices, machine.cores)],
      where: options,
      machine,
    });
  };
}
