/** How the next id is chosen from logits. */
export type Sampling =
  | { readonly kind: "greedy" }
  | {
      readonly kind: "random";
      /** Divides the logits. */
      readonly temperature: number;
      /** Only the k likeliest ids; 0 for all. */
      readonly topK: number;
      /** Only the likeliest ids that together have this probability; 1 for all. */
      readonly topP: number;
    };

/**
 * The next id. A random choice adds Gumbel noise and takes the largest (Gumbel, 1954), which draws
 * from the softmax of the logits; the lowest id wins among equals.
 *
 * @param uniform a number from 0 to 1 for each id; not looked at when greedy
 * @example
 * const sampling = { kind: "random", temperature: 0.8, topK: 40, topP: 1 } as const;
 * const id = nextId(scores, sampling, Float64Array.from(scores, Math.random));
 */
export function nextId(
  logits: ArrayLike<number>,
  sampling: Sampling,
  uniform: ArrayLike<number>,
): number {
  if (sampling.kind === "greedy") return largest(logits.length, (i) => logits[i]!);
  const filtered = filterLogits(logits, sampling);
  return largest(filtered.length, (i) => filtered[i]! - Math.log(-Math.log(noise(uniform[i]!))));
}

/** Uniform numbers are multiples of 2^-24 that may be 0; these are between. */
function noise(uniform: number): number {
  return uniform + 2 ** -25;
}

function largest(count: number, score: (i: number) => number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = score(i);
    if (value > most) [best, most] = [i, value];
  }
  return best;
}

/**
 * Logits divided by the temperature, those that are not to be chosen -Infinity: first all but the
 * `topK` largest (with those equal to the last), then all but the fewest largest whose probability
 * is at least `topP`. In this order Hugging Face applies them.
 *
 * @example
 * const kept = filterLogits(scores, { temperature: 0.8, topK: 40, topP: 1 });
 */
export function filterLogits(
  logits: ArrayLike<number>,
  sampling: Omit<Extract<Sampling, { kind: "random" }>, "kind">,
): Float64Array {
  const { temperature, topK, topP } = sampling;
  const scaled = Float64Array.from(logits, (x) => x / temperature);
  if (topK > 0 && topK < scaled.length) {
    const kth = Float64Array.from(scaled).sort()[scaled.length - topK]!;
    for (const [i, x] of scaled.entries()) if (x < kth) scaled[i] = Number.NEGATIVE_INFINITY;
  }
  if (topP < 1) keepNucleus(scaled, topP);
  return scaled;
}

function keepNucleus(scaled: Float64Array, topP: number): void {
  const order = Array.from(scaled.keys()).sort((a, b) => scaled[b]! - scaled[a]! || a - b);
  const most = scaled[order[0]!]!;
  const total = scaled.reduce((sum, x) => sum + Math.exp(x - most), 0);
  let before = 0;
  for (const [rank, i] of order.entries()) {
    const probability = Math.exp(scaled[i]! - most) / total;
    if (rank > 0 && before >= topP) scaled[i] = Number.NEGATIVE_INFINITY;
    before += probability;
  }
}
