import type { Extent, Strides } from "../../slices/walk.ts";

/** A dim of a loop, and how far a step along it leads in each of several slices. */
interface Loop {
  readonly size: number;
  readonly steps: readonly number[];
}

/**
 * Where several slices are at turn `index` of a row-by-row loop over `extents`, as WGSL expressions.
 * A dim without a stride does not move.
 *
 * @example
 * placesAt("i", [{ name: "a", size: 2 }, { name: "b", size: 3 }], [{ a: 1, b: 2 }])
 * // ["(i % 3u) * 2u + (i / 3u)"]
 */
export function placesAt(
  index: string,
  extents: readonly Extent[],
  slices: readonly Strides[],
): readonly string[] {
  const terms = slices.map((): string[] => []);
  let turns = 1;
  const loops = joined(extents, slices);
  for (const [i, { size, steps }] of loops.entries()) {
    const quotient = turns === 1 ? index : `${index} / ${turns}u`;
    const at = i === loops.length - 1 ? quotient : `${quotient} % ${size}u`;
    for (const [s, step] of steps.entries()) {
      if (step !== 0) terms[s]!.push(step === 1 ? `(${at})` : `(${at}) * ${step}u`);
    }
    turns *= size;
  }
  return terms.map((parts) => (parts.length === 0 ? "0u" : parts.join(" + ")));
}

/** The dims of a loop, innermost first, neighbours joined where they are one to every slice. */
function joined(extents: readonly Extent[], slices: readonly Strides[]): readonly Loop[] {
  const loops: Loop[] = [];
  for (const { name, size } of [...extents].reverse()) {
    if (size === 1) continue;
    const steps = slices.map((strides) => strides[name] ?? 0);
    const inner = loops.at(-1);
    if (inner?.steps.every((step, s) => steps[s] === step * inner.size)) {
      loops[loops.length - 1] = { size: inner.size * size, steps: inner.steps };
    } else loops.push({ size, steps });
  }
  return loops;
}
