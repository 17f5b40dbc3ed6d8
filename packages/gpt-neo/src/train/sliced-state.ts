import { isTensor, type Layout, leavesOf, type Mesh } from "mtf";
import type { Config, OptimizerName } from "../config/index.ts";
import { type Dims, modelOf } from "../models/index.ts";

/** What optimizers that step number by number keep of each parameter. Others need whole matrices. */
const kept: Readonly<Partial<Record<OptimizerName, readonly string[]>>> = {
  adamw: ["mean", "variance"],
  lion: ["mean"],
  rmsprop: ["squares"],
  adagrad: ["squares"],
};

/** Smaller parameters are settled faster whole, together with others. */
const least = 1 << 16;

/**
 * The layout of a run in which what the optimizer keeps rests in slices along the axes that split the
 * batch: each device steps its slices, and has the others' new parameters instead of their gradients. As
 * much is moved, and less is held (ZeRO's first stage: Rajbhandari and others, 2020). A layout that says how
 * state is stored stays as it is; so does that of an optimizer that does not step number by number.
 *
 * @example
 * const layout = slicedState(layoutOf({}, mesh, dims), config, dims);
 */
export function slicedState(layout: Layout, config: Config, dims: Dims): Layout {
  const paths = kept[config.training.optimizer];
  if (!paths || layout.storage.length > 0) return layout;
  const rules = slicing(layout, config, dims);
  if (rules.length === 0) return layout;
  return { ...layout, storage: paths.map((path) => ({ path, rules })) };
}

/** For each dim that slices are made of, its axes. */
function slicing({ mesh, rules }: Layout, config: Config, dims: Dims): Layout["rules"] {
  const byDim = new Map(rules);
  const ofBatch = byDim.get("batch") ?? [];
  if (devicesAlong(mesh, ofBatch) === 1) return [];
  // What is split along them already stays so.
  const given = rules.filter(([dim, axes]) => {
    return dim !== "batch" && axes.some((axis) => ofBatch.includes(axis));
  });
  const isGiven = (dim: string) => given.some(([name]) => name === dim);
  const found = new Map<string, readonly string[]>();
  for (const [, parameter] of leavesOf(modelOf(config).placeholders(config, dims), isTensor)) {
    const sizes = Object.values(parameter.dims as Record<string, { name: string; size: number }>);
    const elements = sizes.reduce((count, { size }) => count * size, 1);
    if (sizes.length < 2 || elements < least) continue;
    if (sizes.some(({ name }) => isGiven(name) || found.has(name))) continue;
    // Slices of the embedding would be short runs of many rows.
    const { name, size } = sizes.find(({ name }) => name !== "embd")!;
    const axes = axesOf(name);
    if (size >= devicesAlong(mesh, axes)) found.set(name, axes);
  }
  return found.size > 0 ? [...given, ...found] : [];

  function axesOf(dim: string): readonly string[] {
    return [...(byDim.get(dim) ?? []), ...ofBatch];
  }
}

function devicesAlong({ axes }: Mesh, names: readonly string[]): number {
  return names.reduce((count, name) => count * (axes as Record<string, number>)[name]!, 1);
}
