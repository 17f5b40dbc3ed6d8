import { and, broadcast, greater, iota, lessEqual, sub } from "mtf";
import type { Config } from "../../config/index.ts";
import type { Dims } from "../dims.ts";
import { causalMasks, type Masks } from "../visible.ts";

/** Where tokens look: at what is before them, or, in a model that is not causal, at all of their text. */
export function masksOf(config: Config, dims: Dims): Masks {
  if (config.original.causal) return causalMasks(config, dims);
  const { window_size: window } = config;
  const near = around(dims, window);
  return {
    of: (kind) => (kind === "local" ? near : undefined),
    causal: false,
    near: { back: window - 1, ahead: window },
  };
}

/** The original's window with nothing hidden: as many behind as a causal one has, and one more before. */
function around({ length, memory_length }: Dims, window: number): ReturnType<Masks["of"]> {
  const ahead = sub(iota(memory_length), broadcast(iota(length), memory_length));
  return and(greater(ahead, -window), lessEqual(ahead, window)) as ReturnType<Masks["of"]>;
}
