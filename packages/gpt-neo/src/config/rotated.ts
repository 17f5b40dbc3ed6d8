import type { Config } from "./config.ts";

/**
 * How many elements of a head rotary embeddings turn. The part may be a rounded quotient.
 *
 * @param width of a head
 */
export function rotatedOf(width: number, rotaryPct: number): number {
  return Math.floor(rotaryPct * width + 1e-6);
}

/** What is wrong with the part of a head that is turned: pairs are, and there must be one. */
export function rotaryProblems(config: Config): readonly (readonly [path: string, text: string])[] {
  const { hidden_size, num_heads, architecture } = config;
  const { pos_emb, rotary_pct, head_dim } = architecture;
  const width = head_dim ?? hidden_size / num_heads;
  // What does not divide is told elsewhere.
  if (pos_emb !== "rotary" || !Number.isInteger(width)) return [];
  const rotated = rotatedOf(width, rotary_pct);
  if (rotated > 0 && rotated % 2 === 0) return [];
  const told = `rotary embeddings turn pairs of a head's elements, and ${rotated} are none`;
  const why =
    head_dim === null ? `hidden_size ${hidden_size} by num_heads ${num_heads}` : "as head_dim says";
  const heads = `heads of ${width}, ${why}`;
  if (rotary_pct < 1) {
    return [["architecture.rotary_pct", `is ${rotary_pct} of ${heads}: ${told}`]];
  }
  return head_dim === null
    ? [["num_heads", `is ${num_heads} and makes ${heads}: ${told}`]]
    : [["architecture.head_dim", `is ${head_dim}: ${told}`]];
}
