import { booleanArgument, countArgument, optionsArgument, wrongArgument } from "../arguments.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { type Mesh, meshArgument } from "../mesh.ts";
import type { Placement } from "../program/placement.ts";

type Runtime = "simulator" | "workers" | "mpi";

/** The options that each has. */
const optionsOf: { readonly [R in Runtime]: readonly string[] } = {
  simulator: ["backend", "stagingBytes", "deterministic"],
  workers: ["backend", "stagingBytes", "deterministic", "force"],
  mpi: ["backend", "deterministic", "fastReduce"],
};

/** What else than the name of a backend each takes for one. */
const backendOf: { readonly [R in Runtime]: string } = {
  simulator: "a backend, or the name of a backend",
  workers: "the URL of a module, or the name of a backend",
  mpi: "the name of a backend",
};

/** What `simulator`, `workers` and `mpi` are given. */
export function devicesArguments(
  fn: Runtime,
  mesh: Mesh,
  options: {
    readonly backend?: unknown;
    readonly stagingBytes?: number | undefined;
    readonly deterministic?: boolean | undefined;
    readonly force?: boolean | undefined;
    readonly fastReduce?: boolean | undefined;
  },
): void {
  meshArgument(fn, "mesh", mesh);
  optionsArgument(fn, "options", options, optionsOf[fn]);
  const { backend, stagingBytes, deterministic, force, fastReduce } = options;
  if (stagingBytes !== undefined) countArgument(fn, "options.stagingBytes", stagingBytes, 1);
  if (deterministic !== undefined) booleanArgument(fn, "options.deterministic", deterministic);
  if (force !== undefined) booleanArgument(fn, "options.force", force);
  if (fastReduce !== undefined) booleanArgument(fn, "options.fastReduce", fastReduce);
  if (backend === undefined || typeof backend === "string") return;
  const { upload, href } = (backend ?? {}) as {
    readonly upload?: unknown;
    readonly href?: unknown;
  };
  if (fn === "simulator" && typeof upload === "function") return;
  if (fn === "workers" && typeof href === "string") return;
  throw wrongArgument(fn, "options.backend", backendOf[fn], backend);
}

/** Where a tensor is to lie: axes of the mesh under dims of the tensor. */
export function placementArgument(
  fn: string,
  argument: string,
  placement: unknown,
  tensor: AnyTensor,
  mesh: Mesh,
): void {
  const { split, partial } = (placement ?? {}) as Partial<Placement>;
  const fits = ([dim, axes]: readonly [string, unknown]) =>
    tensor.names.includes(dim) &&
    Array.isArray(axes) &&
    axes.every((axis) => mesh.names.includes(axis));
  const whole = typeof split === "object" && split !== null && Array.isArray(partial);
  if (whole && Object.entries(split).every(fits)) {
    // Dims that one axis splits would be cut together, and most of the tensor would be on no device.
    const axes = [...Object.values(split).flat(), ...partial];
    if (new Set(axes).size === axes.length) return;
  }
  const takes = "{ split, partial } with the tensor's dims and the mesh's axes, each axis once";
  throw wrongArgument(fn, argument, takes, placement);
}
