import { lower, placeholder, type Tensor, zeros } from "mtf";
import { type Devices, type Held, type Run, readFloat64 } from "mtf/simulator";
import type { Config } from "../../src/config/index.ts";
import { type Cache, cacheOf, forward, modelOf, type Parameters } from "../../src/models/index.ts";
import type { Rows } from "../../src/rows.ts";
import type { Case } from "../hugging-face/layouts.ts";
import { parametersOn } from "./on-parameters.ts";

export interface Decoding {
  readonly folder: string;
  readonly config: Config;
  readonly batch: number;
  /** How many tokens a row may come to. */
  readonly memory: number;
  /** The most tokens of a row at once. */
  readonly chunk: number;
}

/** The ids that a row goes on with, and how many it has had. */
export interface Given {
  readonly before: number;
  readonly ids: readonly number[];
}

/** Logits of rows that go on by at most `length` ids each: [batch, length, vocab]. */
export type Decode = (length: number, rows: readonly Given[]) => Promise<Float64Array>;

type Counts = Tensor<"batch", "int32">;
type Arguments = readonly [Parameters, Cache, Rows, Counts, Counts];
type Result = readonly [Tensor<"batch" | "length" | "vocab">, Cache];

/** A model's forward pass with a cache that begins empty, and is given on from call to call. */
export async function decodingOn(
  devices: Devices,
  at: Case,
  { folder, config, batch, memory, chunk }: Decoding,
): Promise<Decode> {
  const { layout, parameters } = await parametersOn(devices, at, { folder, config });
  const model = modelOf(config);
  const most = model.dims(config, batch, chunk, memory);
  const empty = lower(() => cacheOf(config, most, zeros), { layout, inputs: [] as const });
  const begin = await devices.load(empty);
  let cache: Held<Cache> = await begin();
  const runs = new Map<number, Run<Arguments, Result>>();

  async function runOf(length: number): Promise<Run<Arguments, Result>> {
    const dims = model.dims(config, batch, length, memory);
    const rows = placeholder([dims.batch, dims.length], "int32");
    const counts = placeholder([dims.batch], "int32");
    const step = (...[p, layers, tokens, before, counts]: Arguments): Result => {
      const all = forward(config, dims, p, tokens, { cache: { layers, before, counts } });
      return [all.logits, all.cache!];
    };
    const kept = cacheOf(config, most, placeholder);
    const inputs = [model.placeholders(config, dims), kept, rows, counts, counts] as const;
    return devices.load(lower(step, { layout, inputs, donate: [1] }));
  }

  return async (length, given) => {
    const run = runs.get(length) ?? (await runOf(length));
    runs.set(length, run);
    const tokens = new Int32Array(batch * length);
    given.forEach(({ ids }, row) => {
      tokens.set(ids, row * length);
    });
    const before = given.map((row) => row.before);
    const counts = given.map(({ ids }) => ids.length);
    const [logits, next] = await run(parameters, cache, tokens, before, counts);
    cache = next as Held<Cache>;
    const numbers = await readFloat64(logits);
    logits.dispose();
    return Float64Array.from(numbers);
  };
}
