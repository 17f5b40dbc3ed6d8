import type { Windows } from "../../graph/kinds.ts";
import { type Extent, without } from "./walk.ts";

type Extents = readonly Extent[];

/** The dims of a convolution by what they are to TensorFlow.js, each list merged to one. */
export interface Roles {
  readonly batch: readonly Extent[];
  /** Summed over, or of a convolution of each channel alone those that stay. */
  readonly channels: readonly Extent[];
  readonly filters: readonly Extent[];
  readonly depthwise: boolean;
}

/** What dims are to a convolution of images; undefined where some are none of these. */
export function rolesOf(
  windows: readonly Windows[],
  x: Extents,
  b: Extents,
  c: Extents,
): Roles | undefined {
  const [inB, inC] = [has(b), has(c)];
  const dims = windows.map(({ dim }) => dim);
  const taps = windows.map(({ tap }) => tap);
  if (windows.length > 2 || dims.some(inB) || taps.some(inC)) return undefined;
  // Kernels either skip elements or windows.
  if (windows.some(({ stride }) => stride > 1) && windows.some((w) => w.dilation > 1))
    return undefined;
  const others = without(x, dims);
  const batch = others.filter(({ name }) => !inB(name));
  const shared = others.filter(({ name }) => inB(name));
  const alone = shared.filter(({ name }) => inC(name));
  if (alone.length > 0 && alone.length < shared.length) return undefined;
  const filters = without(b, [...taps, ...shared.map(({ name }) => name)]);
  if (!filters.every(({ name }) => inC(name))) return undefined;
  return { batch, channels: shared, filters, depthwise: alone.length > 0 };
}

function has(extents: Extents): (name: string) => boolean {
  const names = new Set(extents.map((e) => e.name));
  return (name) => names.has(name);
}
