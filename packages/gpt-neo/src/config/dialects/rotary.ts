import { isObject } from "../../json.ts";
import type { Architecture } from "../architecture.ts";
import { defined, type Keys, printed } from "../key-rules.ts";
import type { Note } from "../note.ts";
import type { Said } from "./dialect.ts";

/** Keys of rotary embeddings: those of today, and what published configs have. */
export const rotaryKeys: readonly string[] = [
  ...["rope_parameters", "rope_scaling", "rope_theta", "rotary_pct", "rotary_emb_base"],
  "partial_rotary_factor",
];

/** What is written of scaling, by the kinds that there are here. */
const scalingKeys = {
  linear: ["factor"],
  llama3: ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
} as const;

/** The base, the part that is rotated, and the scaling that keys say. */
export function rotaryOf(keys: Keys): Said {
  const parameters = asObject(keys.rope_parameters);
  const scaling = { ...asObject(keys.rope_scaling), ...parameters };
  const problems: Note[] = [];
  const architecture = defined({
    rotary_emb_base: parameters.rope_theta ?? keys.rope_theta ?? keys.rotary_emb_base,
    rotary_pct: parameters.partial_rotary_factor ?? keys.partial_rotary_factor ?? keys.rotary_pct,
    rotary_scaling: scalingOf(scaling, problems),
  });
  return { model: {}, architecture, problems };
}

function scalingOf(scaling: Keys, problems: Note[]): unknown {
  const type = scaling.rope_type ?? scaling.type ?? "default";
  if (type === "default") return null;
  if (type !== "linear" && type !== "llama3") {
    const told = `is ${printed(type)}; here rotary embeddings are scaled linear or llama3`;
    problems.push(["rope_scaling.rope_type", told]);
    return null;
  }
  const own = Object.fromEntries(scalingKeys[type].map((key) => [key, scaling[key]]));
  return { type, ...own };
}

/** The keys that say it, to the library of today and to earlier ones. */
export function rotaryKeysOf({ rotary_emb_base, rotary_pct, rotary_scaling }: Architecture): Keys {
  const { type = "default", ...scaling } = rotary_scaling ?? {};
  const part = rotary_pct === 1 ? {} : { partial_rotary_factor: rotary_pct };
  return {
    rope_parameters: { rope_theta: rotary_emb_base, rope_type: type, ...scaling, ...part },
    rope_theta: rotary_emb_base,
    ...(rotary_scaling && { rope_scaling: { rope_type: type, ...scaling } }),
  };
}

function asObject(value: unknown): Keys {
  return isObject(value) ? value : {};
}
