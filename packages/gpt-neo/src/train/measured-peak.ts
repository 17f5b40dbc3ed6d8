import {
  defineDims,
  defineLayout,
  einsum,
  key,
  lower,
  type Mesh,
  normal,
  placeholder,
  rename,
  type Scalar,
  sum,
  type Tensor,
} from "mtf";
import type { Devices } from "mtf/simulator";
import { alone, type Team } from "../team.ts";

/** Products of a trial, one after the other. */
const products = 4;

/** Rows of the matrices: larger ones follow while a trial takes less than so many milliseconds. */
const [smallest, largest, brief] = [64, 1024, 20];

/** What devices reach at best, and at what. */
export interface MeasuredPeak {
  /** Floating-point operations a second, of all devices together. */
  readonly flops: number;
  /** Rows and columns of the matrices. */
  readonly size: number;
}

/**
 * Measures how fast devices multiply matrices when all of them do at once, in a fraction of a second.
 * Nothing that they compute is faster: what a run reaches is a share of it.
 *
 * @example
 * const { flops } = await measuredPeak(devices, devices.mesh);
 */
export async function measuredPeak(
  devices: Devices,
  mesh: Mesh,
  { share }: Pick<Team, "share"> = alone,
): Promise<MeasuredPeak> {
  let best: MeasuredPeak = { flops: 0, size: smallest };
  for (let size = smallest; size <= largest; size *= 2) {
    const run = await load(devices, mesh, size);
    const operations = products * 2 * size ** 3 * mesh.size;
    try {
      let shortest = Number.POSITIVE_INFINITY;
      // The first one finds no memory that is its own yet, and code that is not compiled.
      for (let trial = 0; trial < 3; trial++) {
        const since = performance.now();
        await run.once();
        // By one clock: all processes make as many trials.
        shortest = Math.min(shortest, await share(() => performance.now() - since));
        const flops = operations / (shortest / 1000);
        if (flops > best.flops) best = { flops, size };
        if (shortest > 5 * brief) break;
      }
      if (shortest > brief) break;
    } finally {
      await run.close();
    }
  }
  return best;
}

type Matrix = Tensor<"device" | "row" | "column">;

/** What multiplies matrices on every device, each its own. */
async function load(devices: Devices, mesh: Mesh, size: number) {
  const dims = defineDims({ device: mesh.size, row: size, column: size, inner: size });
  const { device, row, column } = dims;
  const layout = defineLayout({ dims, mesh, rules: { device: mesh.names } });
  const some = () => normal(key(1), [device, row, column], { std: size ** -0.5 });
  const make = await devices.load(lower(some, { layout, inputs: [] as const }));
  const matrix = await make();
  await make.unload();
  const multiply = (by: Matrix): Scalar => {
    const right = rename(by, "row", dims.inner);
    let left = by;
    for (let i = 0; i < products; i++) {
      left = einsum(rename(left, "column", dims.inner), right, "device", "row", "column");
    }
    return sum(left);
  };
  const inputs = [placeholder([device, row, column])] as const;
  const run = await devices.load(lower(multiply, { layout, inputs }));
  return {
    once: async (): Promise<void> => {
      await (await run(matrix)).number();
    },
    async close(): Promise<void> {
      await run.unload();
      matrix.dispose();
    },
  };
}
