import { iota, type Tensor } from "mtf";
import { rotaryAngles, rotaryFrequencies } from "mtf/nn";
import { type Config, type RotaryScaling, rotatedOf } from "../config/index.ts";
import type { Dims } from "./dims.ts";
import type { ForwardOptions } from "./model.ts";

/** How far elements of heads are turned at each position: of all rows, or of each where they differ. */
export type Angles = Tensor<"length" | "kv">;

/** The angles of a config's rotary embeddings at the positions of a forward pass. */
export function anglesOf(
  { architecture }: Config,
  { length, kv }: Dims,
  positions: ForwardOptions["positions"],
): Angles {
  const { rotary_pct, rotary_emb_base, rotary_scaling } = architecture;
  const frequencies = rotaryFrequencies(rotatedOf(kv.size, rotary_pct), rotary_emb_base);
  const scaled = rotary_scaling
    ? frequencies.map((one) => stretched(one, rotary_scaling))
    : frequencies;
  const from = positions ?? iota(length);
  return rotaryAngles(from as Tensor<"length", "int32">, scaled, kv);
}

/** A frequency as scaling has it: lower by the factor, or by less of it the higher it is. */
function stretched(frequency: number, scaling: RotaryScaling): number {
  if (scaling.type === "linear") return frequency / scaling.factor;
  const { factor, low_freq_factor: low, high_freq_factor: high } = scaling;
  const turns = (scaling.original_max_position_embeddings * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
  return (1 - kept) * (frequency / factor) + kept * frequency;
}
