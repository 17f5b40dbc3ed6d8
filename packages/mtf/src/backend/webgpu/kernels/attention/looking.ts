import type { Side } from "./numbers.ts";
import { four } from "./tile.ts";

/** Which products of a tile count. */
export interface Looking {
  /** Which of both the tile's rows are: the others stream by. */
  readonly rows: Side;
  /** Whether queries see the keys up to their own place alone, and the place of the first query. */
  readonly causal: boolean;
  readonly first: number;
  /** Whether `own` of a query and `others` of a key have to be the same: a tile where none is, is left out. */
  readonly segments: boolean;
}

/** Which of a thread's products count, as `seen_x` to `seen_w`: goes on with the next tile where none does. */
export function lookedAt({ rows, causal, first, segments }: Looking, length: number): string {
  const [ofRow, ofColumns] = rows === "keys" ? ["others", "own"] : ["own", "others"];
  const seen = (i: string) => {
    const row = `vec4u(row.${i})`;
    const [query, key] = rows === "keys" ? ["held", row] : [row, "held"];
    const conditions = [
      `(held < vec4u(${length}u))`,
      ...(causal ? [`(${key} <= ${query} + ${first}u)`] : []),
      ...(segments ? [`(${ofColumns} == vec4i(${ofRow}.${i}))`] : []),
    ];
    return `    let seen_${i} = ${conditions.join(" & ")};\n`;
  };
  const all = four.map(seen).join("");
  if (!segments) return all;
  return `${all}    if (lane == 0u) { atomicStore(&found, 0u); }
    workgroupBarrier();
    if (any(seen_x | seen_y | seen_z | seen_w)) { atomicStore(&found, 1u); }
    if (workgroupUniformLoad(&found) == 0u) { continue; }
`;
}
