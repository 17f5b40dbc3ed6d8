/**
 * The natural logarithm of each id's probability.
 *
 * @example
 * logSoftmax([0, 0]); // -log 2 twice
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array<ArrayBuffer> {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - most);
  const log = most + Math.log(total);
  const logs = new Float64Array(logits.length);
  for (let i = 0; i < logs.length; i++) logs[i] = logits[i]! - log;
  return logs;
}
