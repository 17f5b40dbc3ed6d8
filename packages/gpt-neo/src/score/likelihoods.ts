import { cachedLogits } from "../generate/cached-logits.ts";
import type { Draft } from "../generate/draft/draft.ts";
import { logSumExp } from "../generate/log-softmax.ts";
import type { NextLogits, TailedRow } from "../generate/next-logits.ts";

type Ids = readonly number[];

/**
 * The natural logarithms of what probability each of several continuations has behind the same ids. These
 * are computed once for all that the model sees whole with them; of others, the beginning is left out.
 *
 * @param context some ids
 * @param continuations some ids each, no more than the model sees
 */
export async function likelihoods(
  model: Draft,
  context: Ids,
  continuations: readonly Ids[],
): Promise<readonly number[]> {
  // The last id is only predicted, and not seen.
  const room = continuations.map(({ length }) => model.context + 1 - length);
  const seen = room.map((most) => Math.min(most, context.length));
  const logs = new Array<number>(continuations.length);
  const logits = cachedLogits(model);
  try {
    for (const count of new Set(seen)) {
      const places = [...seen.keys()].filter((place) => seen[place] === count);
      const group = places.map((place) => continuations[place]!);
      const found = await behind(logits, context.slice(-count), group);
      for (const [i, place] of places.entries()) logs[place] = found[i]!;
    }
    return logs;
  } finally {
    await logits.close();
  }
}

/** The same where the model sees all of them whole. */
async function behind(
  logits: NextLogits<TailedRow>,
  context: Ids,
  continuations: readonly Ids[],
): Promise<readonly number[]> {
  const [begun] = await logits.next([{ ids: context }]);
  const first = logProbabilities(begun!);
  const longer = continuations.filter(({ length }) => length > 1);
  const rows = longer.map((ids) => {
    return { ids: [...context, ...ids.slice(0, -1)], continues: 0, tail: ids.length - 1 };
  });
  const found = rows.length === 0 ? [] : await logits.next(rows);
  const rest = new Map(longer.map((ids, row) => [ids, followed(found[row]!, ids.slice(1))]));
  return continuations.map((ids) => first(ids[0]!) + (rest.get(ids) ?? 0));
}

/** The logarithm of the probability of ids one after the other, of the logits before each. */
function followed(logits: Float32Array, ids: Ids): number {
  const vocabulary = logits.length / ids.length;
  return ids.reduce((sum, id, i) => {
    return sum + logProbabilities(logits.subarray(i * vocabulary, (i + 1) * vocabulary))(id);
  }, 0);
}

function logProbabilities(logits: Float32Array): (id: number) => number {
  const all = logSumExp(logits);
  return (id) => logits[id]! - all;
}
