import { MtfError } from "mtf";
import type { ForwardOptions } from "./model.ts";

/**
 * Refuses what does not go with a cache, which says where tokens are and what they see; and it is kept
 * by blocks that run once.
 *
 * @throws MtfError `bad-argument`
 */
export function checkBesideCache(others: Omit<ForwardOptions, "cache" | "paged">): void {
  const { recompute, positions, attended, documents } = others;
  const given = Object.entries({ recompute, positions, attended, documents });
  const wrong = given.find(([, value]) => value !== undefined && value !== false)?.[0];
  if (wrong === undefined) return;
  throw new MtfError("bad-argument", `forward: 'options.${wrong}' does not go with a cache.`, {
    try: ["cache.before and cache.counts, which say where each row's tokens are"],
  });
}
