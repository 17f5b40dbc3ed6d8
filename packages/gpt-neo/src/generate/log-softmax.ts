/**
 * The natural logarithm of each id's probability.
 *
 * @example
 * logSoftmax([0, 0]); // -log 2 twice
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const log = logSumExp(logits);
  const logs = new Float64Array(logits.length);
  for (let i = 0; i < logs.length; i++) logs[i] = logits[i]! - log;
  return logs;
}

/** The logarithm of the sum of what numbers are logarithms of. */
export function logSumExp(logs: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logs.length; i++) if (logs[i]! > most) most = logs[i]!;
  let total = 0;
  for (let i = 0; i < logs.length; i++) total += Math.exp(logs[i]! - most);
  return most + Math.log(total);
}
