import type { AttentionType, AttentionTypes } from "./config.ts";

/**
 * Attention types layer by layer.
 *
 * @example
 * expandAttentionTypes([[["global", "local"], 2]]); // global, local, global, local
 */
export function expandAttentionTypes(types: AttentionTypes): readonly AttentionType[] {
  return types.flatMap(([pattern, repeat]) => Array.from({ length: repeat }, () => pattern).flat());
}

/** The number of layers that attention types describe. */
export function layersIn(types: AttentionTypes): number {
  return types.reduce((sum, [pattern, repeat]) => sum + pattern.length * repeat, 0);
}

/** GPT-Neo's own choice for a number of layers: global and local in turn. */
export function alternating(layers: number): AttentionTypes {
  const pairs = Math.floor(layers / 2);
  const types: [AttentionType[], number][] = [];
  if (pairs > 0) types.push([["global", "local"], pairs]);
  if (layers % 2 === 1) types.push([["global"], 1]);
  return types;
}
