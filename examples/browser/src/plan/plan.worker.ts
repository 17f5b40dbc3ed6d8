import { dimsOf, layoutOf, meshOf, parseConfig, statePlaceholders, trainingStep } from "gpt-neo";
import {
  type Box,
  coordinateOf,
  defineMesh,
  dimension,
  ledger,
  lower,
  memoryPlan,
  type Program,
  placeholder,
  sliceOf,
  type Value,
} from "mtf";
import type { Held, Plan, PlannedDevice, PlannedMove, Stretch, ToPlan } from "./plan.ts";

/** What is shown of what a device holds: arguments of the step, by what they are called. */
const shown: readonly (readonly [name: string, path: string])[] = [
  ["batch", "1"],
  ["embedding", "0/params/wte"],
  ["attention", "0/params/h/0/attn/q"],
  ["feed-forward", "0/params/h/0/mlp/up"],
  ["Adam's state", "0/mean/h/0/mlp/up"],
];

// Plans one training step, and tells what each device of the mesh would hold.
globalThis.onmessage = ({ data }: MessageEvent<ToPlan>) => {
  try {
    postMessage({ plan: plan(data) });
  } catch (error) {
    postMessage({ problem: (error as Error).message });
  }
};

function plan({ config: written, where }: ToPlan): Plan {
  const config = parseConfig(written, "the model");
  const { batch_size, context } = config.training;
  const dims = dimsOf(config, batch_size, context);
  const layout = layoutOf(where, meshOf(where, batch_size), dims);
  const rows = placeholder([dims.batch, dimension("microbatch", 1), dims.length], "int32");
  const { program } = lower(trainingStep(config, dims), {
    layout,
    inputs: [statePlaceholders(config, dims), rows, rows] as const,
    donate: [0],
  });
  return {
    devices: devicesOf(program),
    moves: movesOf(program),
    peakBytes: memoryPlan(program).peakBytes,
  };
}

function devicesOf(program: Program): readonly PlannedDevice[] {
  const mesh = defineMesh(program.mesh);
  return Array.from({ length: mesh.size }, (_, device) => ({
    coordinate: mesh.names.map((axis) => `${axis} ${coordinateOf(mesh, device)[axis]}`),
    parts: shown.map(([name, path]) => {
      const value = program.values[program.inputs.find((input) => input.path === path)!.value]!;
      const box = sliceOf(value, mesh, device);
      const sizes = value.dims.map(({ size }) => size);
      const rows = stretch(box, sizes, 0, 1);
      return [name, { rows, columns: stretch(box, sizes, 1), split: splitIn(value, box) }] as const;
    }),
  }));
}

/** Some dims of a box as one. Those behind the one that is split are whole, so it is one stretch. */
function stretch(box: Box, sizes: readonly number[], from: number, to?: number): Stretch {
  let [begin, length, all] = [0, 1, 1];
  for (const [d, size] of sizes.slice(from, to).entries()) {
    begin = begin * size + box[from + d]!.begin;
    length *= box[from + d]!.size;
    all *= size;
  }
  return [begin, begin + length, all];
}

function splitIn({ dims }: Value, box: Box): Held["split"] {
  return dims.flatMap(({ name, size }, d) => {
    const { begin, size: length } = box[d]!;
    return length < size ? [[name, [begin, begin + length, size]] as const] : [];
  });
}

function movesOf(program: Program): readonly PlannedMove[] {
  const moves = new Map<string, PlannedMove>();
  for (const { axes, name, bytes } of ledger(program).entries) {
    const key = `${axes.join()} ${name}`;
    moves.set(key, { axes, name, bytes: bytes + (moves.get(key)?.bytes ?? 0) });
  }
  return [...moves.values()].sort((a, b) => b.bytes - a.bytes);
}
