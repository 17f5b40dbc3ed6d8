import { sizeOf } from "../../slices/walk.ts";
import type { Shader } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { scalar } from "../wgsl/text.ts";
import type { Product } from "./einsum.ts";

/** Threads in a workgroup. */
const threads = 64;

/**
 * A product of few rows, which takes as long as reading the matrix does: some threads share a
 * column, and read what lies beside what their neighbours read. Each has a sum for every row. Subgroups
 * have columns of their own.
 */
export function fewRows({ dtype, batch, rows, columns, inner, a, b, c }: Product): Shader {
  const [m, n, k] = [sizeOf(rows), sizeOf(columns), sizeOf(inner)];
  const fastest = inner.filter((e) => e.size > 1).at(-1)?.name;
  const innerIsFast = fastest !== undefined && b[fastest] === 1;
  const sharers = innerIsFast ? Math.min(threads, k > 16 ? 32 : 4) : k > 64 ? 4 : 1;
  const wide = threads / sharers;
  const blocks = Math.ceil(n / wide);
  const type = scalar[dtype];
  const [batchA, batchB, batchC] = placesAt("z", batch, [a, b, c]);
  const rowsAt = Array.from({ length: m }, (_, r) => placesAt(`${r}u`, rows, [a, c]));
  const [columnB, columnC] = placesAt("s", columns, [b, c]);
  const [innerA, innerB] = placesAt("d", inner, [a, b]);
  const each = (line: (r: number) => string) => rowsAt.map((_, r) => line(r)).join("\n");
  const [column, part] = innerIsFast
    ? [`lane / ${sharers}u`, `lane % ${sharers}u`]
    : [`lane % ${wide}u`, `lane / ${wide}u`];
  const place = (p: string) =>
    innerIsFast ? `column * ${sharers}u + ${p}` : `${p} * ${wide}u + column`;
  const inSubgroups = `  let z = group / ${blocks}u;
  let baseA = ${batchA};
  let baseB = ${batchB};
  for (var column = subgroup; column < ${wide}u; column += subgroups) {
    let s = group % ${blocks}u * ${wide}u + column;
    if (s >= ${n}u) { break; }
    let columnAt = baseB + ${columnB};
${each((r) => `    var t${r} = ${type}(0);`)}
    for (var d = neighbour; d < ${k}u; d += neighbours) {
      let w = x1[columnAt + ${innerB}];
      let at = baseA + ${innerA};
${each((r) => `      t${r} += x0[at + ${rowsAt[r]![0]}] * w;`)}
    }
    let baseC = ${batchC} + ${columnC};
${each((r) => `    t${r} = subgroupAdd(t${r});`)}
    if (subgroupElect()) {
${each((r) => `      y0[baseC + ${rowsAt[r]![1]}] = t${r};`)}
    }
  }`;
  return {
    reads: [dtype, dtype],
    writes: [dtype],
    threads,
    groups: sizeOf(batch) * blocks,
    declarations: `var<workgroup> sums: array<${type}, ${m * threads}>;\n`,
    ...(innerIsFast && { inSubgroups }),
    body: `  let z = group / ${blocks}u;
  let column = ${column};
  let part = ${part};
  let s = group % ${blocks}u * ${wide}u + column;
  let baseA = ${batchA};
  let baseB = ${batchB};
${each((r) => `  var t${r} = ${type}(0);`)}
  if (s < ${n}u) {
    let columnAt = baseB + ${columnB};
    for (var d = part; d < ${k}u; d += ${sharers}u) {
      let w = x1[columnAt + ${innerB}];
      let at = baseA + ${innerA};
${each((r) => `      t${r} += x0[at + ${rowsAt[r]![0]}] * w;`)}
    }
  }
${each((r) => `  sums[${r * threads}u + lane] = t${r};`)}
  workgroupBarrier();
  if (part == 0u && s < ${n}u) {
    let baseC = ${batchC} + ${columnC};
${each((r) => `    { var t = sums[${r * threads}u + ${place("0u")}];\n      for (var p = 1u; p < ${sharers}u; p++) { t += sums[${r * threads}u + ${place("p")}]; }\n      y0[baseC + ${rowsAt[r]![1]}] = t; }`)}
  }`,
  };
}
