import type { Processor } from "./processor.ts";

/** Enough for every bit of a float64. */
const halvings = 50;

/**
 * Log-probabilities of the α-entmax in place of scores: what is far below the largest is never chosen
 * (Peters et al., 2019). The original GPT-Neo drew from that of α = 1.3.
 */
export function entmax(alpha: number): Processor {
  return (scores) => {
    const scaled = scores.map((x) => x * (alpha - 1));
    const largest = scaled.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const power = (x: number, threshold: number): number =>
      Math.max(0, x - threshold) ** (1 / (alpha - 1));
    const total = (threshold: number): number =>
      scaled.reduce((sum, x) => sum + power(x, threshold), 0);
    let low = largest - 1;
    for (let part = 0.5, i = 0; i < halvings; part /= 2, i++) {
      if (total(low + part) >= 1) low += part;
    }
    const all = total(low);
    return scaled.map((x) => Math.log(power(x, low) / all));
  };
}
