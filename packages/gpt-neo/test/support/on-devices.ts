import { defineMesh, leavesOf, lower } from "mtf";
import { type Devices, isSharded, readFloat64, type Source } from "mtf/simulator";
import type { Config } from "../../src/config/index.ts";
import { zeros } from "../../src/model-folder.ts";
import type { Dims } from "../../src/models/index.ts";
import { dimsOf, parameterNames } from "../../src/models/index.ts";
import { layoutOf } from "../../src/session.ts";
import { loadWeights } from "../../src/weights/index.ts";
import { parameterSource } from "../../src/weights/parameter-source.ts";
import type { Case } from "../hugging-face/layouts.ts";

/** Numbers by the path of their tensor. */
export type Numbers = ReadonlyMap<string, ArrayLike<number>>;

/** A function of a model's parameters, or of a state that holds them. */
export interface Setup {
  readonly folder: string;
  readonly config: Config;
  readonly batch: number;
  readonly length: number;
  /** Its arguments without numbers. */
  readonly inputs: (dims: Dims) => readonly unknown[];
  readonly fn: (dims: Dims) => (...args: never[]) => unknown;
  /** Whether the first result is the next call's first argument. */
  readonly steps?: boolean;
}

export interface OnDevices {
  /** Calls the function with its other arguments; gives all results but the state by path. */
  call(...given: readonly Source[]): Promise<Numbers>;
  /** The first argument as the last call left it. */
  read(): Promise<Numbers>;
}

/**
 * Loads a function, and from a folder the parameters among its first argument; the rest of that is
 * 0.
 */
export async function onDevices(
  devices: Devices,
  at: Case,
  { config, folder, batch, length, inputs, fn, steps = false }: Setup,
): Promise<OnDevices> {
  const dims = dimsOf(config, batch, length);
  const layout = layoutOf(at, defineMesh(at.mesh), dims);
  const placeholders = inputs(dims);
  const lowered = lower(fn(dims) as (...args: readonly unknown[]) => unknown, {
    layout,
    inputs: placeholders,
    donate: steps ? [0] : [],
  });
  const weights = await loadWeights(folder);
  const names = new Map(parameterNames(config).map((name) => [name.path, name]));
  const resting = lower((x: unknown) => x, { layout, inputs: [placeholders[0]] });
  let state: unknown = await devices.putTree(resting, (path, tensor) => {
    const name = names.get(path.replace(/^params\//, ""));
    const own = name && (!steps || path.startsWith("params/"));
    return own ? parameterSource(weights, name) : zeros(tensor);
  });
  await weights.close();
  const run = (await devices.load(lowered)) as (...args: readonly unknown[]) => Promise<unknown>;
  const call = async (...given: readonly Source[]) => {
    const results = await run(state, ...given);
    if (steps) state = (results as readonly unknown[])[0];
    const numbers = new Map<string, ArrayLike<number>>();
    for (const [path, tensor] of leavesOf(results, isSharded)) {
      if (steps && path.startsWith("0/")) continue;
      numbers.set(path, await readFloat64(tensor));
      tensor.dispose();
    }
    return numbers;
  };
  const read = async () => {
    const numbers = new Map<string, ArrayLike<number>>();
    for (const [path, tensor] of leavesOf(state, isSharded)) {
      numbers.set(path, await readFloat64(tensor));
    }
    return numbers;
  };
  return { call, read };
}
