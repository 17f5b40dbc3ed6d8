import { booleanArgument, countArgument, optionsArgument, wrongArgument } from "../arguments.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { type Mesh, meshArgument } from "../mesh.ts";
import type { Placement } from "../program/placement.ts";

/** What `simulator` and `workers` are given; `force` is for workers alone. */
export function devicesArguments(
  fn: "simulator" | "workers",
  mesh: Mesh,
  options: {
    readonly backend?: unknown;
    readonly stagingBytes?: number | undefined;
    readonly deterministic?: boolean | undefined;
    readonly force?: boolean | undefined;
  },
): void {
  meshArgument(fn, "mesh", mesh);
  const alike = ["backend", "stagingBytes", "deterministic"];
  optionsArgument(fn, "options", options, fn === "workers" ? [...alike, "force"] : alike);
  const { backend, stagingBytes, deterministic, force } = options;
  if (stagingBytes !== undefined) countArgument(fn, "options.stagingBytes", stagingBytes, 1);
  if (deterministic !== undefined) booleanArgument(fn, "options.deterministic", deterministic);
  if (force !== undefined) booleanArgument(fn, "options.force", force);
  if (backend === undefined || typeof backend === "string") return;
  const { upload, href } = (backend ?? {}) as {
    readonly upload?: unknown;
    readonly href?: unknown;
  };
  if (fn === "simulator" ? typeof upload === "function" : typeof href === "string") return;
  const takes = `${fn === "simulator" ? "a backend" : "the URL of a module"}, or the name of a backend`;
  throw wrongArgument(fn, "options.backend", takes, backend);
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
