import type { Keys } from "./key-rules.ts";
import { replicasIn } from "./original-layout.ts";

/** Tools that converted weights wanted this key under Hugging Face's older name. */
export function positions(keys: Keys): unknown {
  return keys.n_ctx ?? keys.n_positions;
}

/** The parts of a batch, from the tokens that the original put through a replica at once. */
export function microbatches(keys: Keys): number | undefined {
  const tokens = keys.tokens_per_mb_per_replica;
  const batch = keys.train_batch_size;
  const length = positions(keys);
  if (typeof tokens !== "number" || typeof batch !== "number" || typeof length !== "number") {
    return undefined;
  }
  const perReplica = batch / replicasIn(keys);
  const sensible = Number.isSafeInteger(perReplica) && perReplica >= 1 && perReplica <= 1e6;
  if (!sensible || !(length > 0)) return undefined;
  let rows = Math.min(perReplica, Math.max(1, Math.floor(tokens / length)));
  while (perReplica % rows !== 0) rows--;
  return perReplica / rows;
}
