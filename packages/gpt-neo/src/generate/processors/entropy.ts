/** The entropy of a distribution, in nats, by the logarithms of its probabilities. */
export function entropyOf(logs: Iterable<number>): number {
  let sum = 0;
  for (const log of logs) if (log > Number.NEGATIVE_INFINITY) sum -= Math.exp(log) * log;
  return sum;
}
