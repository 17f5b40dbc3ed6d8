import type { Side } from "./numbers.ts";
import { four } from "./tile.ts";

/** Weights of a thread's row `i`, some of which are 0 and the others larger for it. */
export function dropped(rows: Side, rate: number, weights: string, i: string): string {
  if (rate === 0) return weights;
  const kept = four.map((c) =>
    rows === "keys" ? `keeps(line.${c}, row.${i})` : `keeps(line.${i}, column.${c})`,
  );
  return `select(vec4f(), ${weights} * f32(${1 / (1 - rate)}), vec4<bool>(${kept.join(", ")}))`;
}
