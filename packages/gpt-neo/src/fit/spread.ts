import { defineMesh, type Mesh } from "mtf";
import type { Config } from "../config/index.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import { devicesFor, type SessionOptions } from "../session.ts";
import { parametersIn } from "./parameters-in.ts";

/** From so many bytes of weights on, to read them takes longer than what devices tell each other. */
const large = 128 * 2 ** 20;

const bytesOf = { float32: 4, bfloat16: 2, float16: 2, int8: 1 } as const;

/**
 * The mesh on which a large model continues text fastest: each token reads all weights once, and each
 * core its part of them.
 *
 * @returns undefined where one device is as fast, where somebody said how to split, and where bits are to
 * be the same on machines of other cores
 */
export function spread(
  config: Config,
  options: SessionOptions & { readonly dtype?: WeightsDType | undefined },
  cores: number,
): Mesh | undefined {
  const { runtime = "workers", backend = "wasm", layout, deterministic } = options;
  if (runtime !== "workers" || backend !== "wasm" || layout !== undefined || deterministic) return;
  if (parametersIn(config) * bytesOf[options.dtype ?? "float32"] < large) return;
  // Heads of keys stay whole, so that none has to be in two places.
  const heads = config.architecture.num_kv_heads ?? config.num_heads;
  let model = devicesFor(options, heads, cores);
  while (heads % model !== 0) model--;
  return model > 1 ? defineMesh({ model }) : undefined;
}
