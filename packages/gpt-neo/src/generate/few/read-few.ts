import { dispose } from "mtf";
import type { Held } from "mtf/simulator";
import type { FewOfRows } from "./few-of.ts";
import type { Few } from "./look.ts";

/** Reads what is told of each row, and frees it. */
export async function readFew(found: Held<FewOfRows>): Promise<readonly Few[]> {
  try {
    const [ids, logits, logSums] = await Promise.all([
      found.ids.read(),
      found.logits.read(),
      found.logSum?.read(),
    ]);
    const rows = found.ids.dims.batch.size;
    const count = ids.length / rows;
    return Array.from({ length: rows }, (_, row) => {
      const places = Array.from({ length: count }, (_, i) => row * count + i);
      places.sort((a, b) => ids[a]! - ids[b]!);
      return {
        ids: Int32Array.from(places, (place) => ids[place]!),
        logits: Float32Array.from(places, (place) => logits[place]!),
        ...(logSums && { logSum: logSums[row]! }),
        own: ids[row * count]!,
      };
    });
  } finally {
    dispose(found);
  }
}
