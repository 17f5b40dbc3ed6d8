import type { AttentionType, Config } from "../config/index.ts";
import { keepingLayers } from "./cache.ts";

/**
 * What all layers of a kind have in common, by kind.
 *
 * @param make makes it, of what the first of them keeps, at this place
 */
export function ofEachKind<T>(
  config: Config,
  make: (kind: AttentionType, place: number) => T,
): ReadonlyMap<AttentionType, T> {
  const found = new Map<AttentionType, T>();
  for (const [place, { kind }] of keepingLayers(config).entries()) {
    if (!found.has(kind)) found.set(kind, make(kind, place));
  }
  return found;
}
