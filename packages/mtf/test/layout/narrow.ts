import type { Dimension } from "mtf";
import { narrow } from "../../src/rest/narrow.ts";
import type { Rest } from "../../src/rest/rest.ts";
import { widen } from "../../src/rest/widen.ts";

/** What an input rests as: nothing narrow in one case of four. */
export function drawnRest(seed: number, dims: readonly Dimension[]): Rest | undefined {
  const scales = dims.flatMap(({ name }, i) => ((seed >> (2 + i)) & 1 ? [name] : []));
  return ([undefined, "bfloat16", "float16", { dtype: "int8", scales }] as const)[seed % 4];
}

/** Numbers that need rounding to rest so, and what they are then. */
export function atRest(
  numbers: readonly number[],
  dims: readonly Dimension[],
  rest: Rest | undefined,
): { readonly given: readonly number[]; readonly data: readonly number[] } {
  if (!rest) return { given: numbers, data: numbers };
  // Less than half a step away from what they are rounded to.
  const given = numbers.map((n) => n * (1 + 2 ** -12));
  const sized = { dims, dtype: "float32", rest } as const;
  const data = new Float32Array(given.length);
  widen(narrow(Float64Array.from(given), sized)!, sized, data);
  return { given, data: [...data] };
}
