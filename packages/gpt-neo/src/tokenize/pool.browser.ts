import { encodeUnit } from "./encode-unit.ts";
import type * as ofNode from "./pool.ts";

export type { Pool } from "./pool.ts";

/** A page's own thread encodes: what it trains on is read before the first step. */
export const openPool: typeof ofNode.openPool = (_, start, tokenizer) => ({
  capacity: 1,
  encode: async (unit) => encodeUnit(unit, { ...start, tokenizer }),
  close: async () => undefined,
});
