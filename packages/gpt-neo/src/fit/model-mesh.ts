import { isTensor, leavesOf, lower, type Mesh, memoryPlan, type Program } from "mtf";
import { volumeOf } from "mtf/files";
import type { Config } from "../config/index.ts";
import { type Dims, modelOf, type Parameters, poolDims } from "../models/index.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import { paddedLength } from "../padded-length.ts";
import { layoutOf, meshOf, type SessionOptions } from "../session.ts";
import { type ChosenMesh, chooseMesh, type Way } from "./choose.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { meshesIn } from "./meshes.ts";
import type { Need } from "./need.ts";
import { spread } from "./spread.ts";

/** More than what is held meanwhile of a chunk of text. */
const chunkBytes = 256 * 2 ** 20;

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
  /** Whether it takes a few rows of text a chunk at a time, and so needs little beside what it is given. */
  readonly byChunks?: boolean | undefined;
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
  { devices, rows, beside, byChunks = false, build }: ModelUse,
  machine: Machine = thisMachine(options),
): ChooseMesh {
  return (config, context) => {
    const asked = options.mesh === undefined ? undefined : meshOf(options, devices);
    // Text may be short: a mesh that was asked for is refused where nothing at all could run.
    const length = asked ? paddedLength(1, context) : context;
    const all = [config, ...(beside ? [beside] : [])];
    /** What is lowered: the function and its other arguments, the parameters, and how both are laid out. */
    const built = (of: Config, mesh: Mesh) => {
      const model = modelOf(of);
      const dims = model.dims(of, rows(mesh), Math.min(length, of.max_position_embeddings));
      const layout = layoutOf(options, mesh, { ...dims, ...poolDims });
      return { call: build(of, dims), tree: model.placeholders(of, dims, options.dtype), layout };
    };
    const planOf = (of: Config, { mesh }: Way): Program => {
      const { call, tree, layout } = built(of, mesh);
      const [fn, rest, donate = []] = call;
      const inputs = [tree, ...rest] as never;
      return lower(fn, { layout, inputs, donate }).program;
    };
    /** More than a chunk of text needs, without a plan for it. */
    const most = ({ mesh }: Way): Need => {
      const each = all.map((of) => mostBytes(of, mesh));
      return { devices: mesh.size, bytesPerDevice: each.reduce((sum, bytes) => sum + bytes, 0) };
    };
    const mostBytes = (of: Config, mesh: Mesh): number => {
      const { call, tree, layout } = built(of, mesh);
      const resting = lower((p: Parameters) => p, { layout, inputs: [tree] as const });
      const given = leavesOf(call[1], isTensor);
      const bytes = given.reduce(
        (sum, [, { dims }]) => sum + 4 * volumeOf(Object.values(dims).map(({ size }) => size)),
        0,
      );
      return 2 * (memoryPlan(resting.program).peakBytes + bytes) + chunkBytes;
    };
    // A batch keeps all cores at work by itself; text that grows by a token at a time does not.
    const fastest = devices === 1 ? spread(config, options, machine.cores) : undefined;
    return chooseMesh({
      plans: (way) => all.map((one) => planOf(one, way)),
      ...(byChunks && options.storage === undefined && { most }),
      asked: asked && { mesh: asked, by: "as `mesh` says" },
      meshes: [...(fastest ? [fastest] : []), ...meshesIn(options, devices, machine.cores)],
      where: options,
      machine,
    });
  };
}
