import { isGated, neoxArchitectureKeys } from "../architecture.ts";
import { isOff, type Keys, numberOf } from "../key-rules.ts";
import { expandAttention, isGlobal } from "./attention.ts";

/** What a NeoX config says its model is made of, without what it leaves out. */
export function architectureOf(keys: Keys): Keys {
  const given = neoxArchitectureKeys.filter((key) => keys[key] !== undefined && keys[key] !== null);
  const { attention_config: _, ...written } = Object.fromEntries(
    given.map((key) => [key, keys[key]]),
  );
  const layers = expandAttention(keys.attention_config, keys.num_layers as number);
  return {
    ...written,
    // As many as there would be without the key, or 0, which asks for as many.
    num_kv_heads: otherThan(keys.num_attention_heads, keys.num_kv_heads),
    num_unique_layers: otherThan(keys.num_layers, keys.num_unique_layers),
    sliding_window_width: otherThan(null, keys.sliding_window_width),
    moe_num_experts: isOff(keys.moe_num_experts) ? 1 : keys.moe_num_experts,
    attention_config: layers?.every(([pattern]) => pattern.every(isGlobal)) ? null : layers,
  };
}

/**
 * How wide the inner part of a feed-forward layer is; undefined where no key says, and it is 4 ×
 * hidden_size. Matrices of one that is gated are narrower by a third: it has three of them.
 */
export function innerWidthOf(keys: Keys): number | undefined {
  const { hidden_size, intermediate_size, expansion_factor, mlp_multiple_of: multiple } = keys;
  const factor = isOff(expansion_factor) ? undefined : numberOf(expansion_factor);
  const width = isOff(intermediate_size)
    ? factor && Math.trunc(factor * numberOf(hidden_size))
    : numberOf(intermediate_size);
  if (isGated(keys.activation)) {
    const both = Math.floor(((width ?? 4 * numberOf(hidden_size)) * 2) / 3);
    const step = isOff(multiple) ? 1 : numberOf(multiple);
    return Math.ceil(both / (2 * step)) * step;
  }
  if (isOff(multiple) || multiple === 1) return width;
  return Math.ceil((width ?? 4 * numberOf(hidden_size)) / numberOf(multiple)) * numberOf(multiple);
}

function otherThan(usual: unknown, value: unknown): unknown {
  return isOff(value) || value === usual ? null : value;
}
