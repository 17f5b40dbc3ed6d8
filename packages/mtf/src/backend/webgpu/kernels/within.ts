import type { DType } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import type { Copy } from "../../slices/copy.ts";
import { each, type Shader } from "../shader.ts";
import { combine } from "../wgsl/across.ts";
import { placesAt } from "../wgsl/places.ts";

/** Every GPU binds eight buffers at least: so many are read where one is written. */
export const mostSources = 7;

/** Where a copy reads and writes its element `i`. */
function placesOf({ counts, fromSteps, toSteps, run }: Copy): readonly [string, string] {
  const extents = [...counts, run].map((size, d) => ({ name: `${d}`, size }));
  const strides = [fromSteps, toSteps].map((steps) =>
    Object.fromEntries([...steps, 1].map((step, d) => [`${d}`, step])),
  );
  return placesAt("i", extents, strides) as readonly [string, string];
}

/** Whole words, bit by bit. Where it is shifted, `x1` says how much further on it reads and writes. */
export function copyingWords(copy: Copy, shifted: boolean): Shader {
  const [from, to] = placesOf(copy);
  const [further, on] = shifted ? [" + u32(x1[0])", " + u32(x1[1])"] : ["", ""];
  return each(copy.elements, {
    reads: shifted ? ["int32", "int32"] : ["int32"],
    writes: ["int32"],
    body: `  y0[${copy.to}u + ${to}${on}] = x0[${copy.from}u + ${from}${further}];`,
  });
}

/**
 * Elements of which several share a word. A thread writes a word, since two would write over each other's
 * elements; of each it looks up whether the copy writes it, and from where.
 */
export function copyingParts(copy: Copy, width: 1 | 2): Shader {
  const share = 4 / width;
  const [bits, mask] = [8 * width, width === 1 ? "255" : "65535"];
  const begin = Math.floor(copy.to / share);
  const lookups = copy.counts
    .map((count, d) => ({ count, from: copy.fromSteps[d]!, to: copy.toSteps[d]! }))
    .sort((a, b) => b.to - a.to)
    .map(
      ({ count, from, to }, d) => `  let k${d} = left / ${to}u;
  if (k${d} >= ${count}u) { return nowhere; }
  left -= k${d} * ${to}u;
  at += k${d} * ${from}u;
`,
    );
  const end = copy.toSteps.reduce(
    (last, step, d) => last + (copy.counts[d]! - 1) * step,
    copy.to + copy.run,
  );
  return each(Math.ceil(end / share) - begin, {
    reads: ["int32"],
    writes: ["int32"],
    declarations: `const nowhere = 0xffffffffu;
fn sourceOf(place: u32) -> u32 {
  if (place < ${copy.to}u) { return nowhere; }
  var left = place - ${copy.to}u;
  var at = ${copy.from}u;
${lookups.join("")}  return select(nowhere, at + left, left < ${copy.run}u);
}
`,
    body: `  let place = ${begin}u + i;
  var word = y0[place];
  for (var n = 0u; n < ${share}u; n++) {
    let there = sourceOf(place * ${share}u + n);
    if (there == nowhere) { continue; }
    let number = (x0[there / ${share}u] >> (${bits}u * (there % ${share}u))) & ${mask};
    word = (word & ~(${mask} << (${bits}u * n))) | (number << (${bits}u * n));
  }
  y0[place] = word;`,
  });
}

/**
 * Folds what a copy reads of some sources, one after the other, to where it writes.
 *
 * @param begun whether what lies there is where the fold has come to
 */
export function foldingSources(
  fn: Reduce["fn"],
  copy: Copy,
  dtype: DType,
  sources: number,
  begun: boolean,
): Shader {
  const [from, to] = placesOf(copy);
  const next = Array.from({ length: sources }, (_, s) => `x${s}[there]`);
  const first = begun ? "y0[here]" : next.shift()!;
  const step = (x: string) =>
    fn === "sum" && dtype === "bool" ? `total | ${x}` : combine(fn, "total", x);
  return each(copy.elements, {
    reads: Array.from({ length: sources }, () => dtype),
    writes: [dtype],
    body: `  let there = ${copy.from}u + ${from};
  let here = ${copy.to}u + ${to};
  var total = ${first};
${next.map((x) => `  total = ${step(x)};\n`).join("")}  y0[here] = total;`,
  });
}
