import { type Extent, extentsOf, type Strides, sizeOf, stridesOf } from "../../slices/walk.ts";
import type { Shader } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { scalar } from "../wgsl/text.ts";
import { fewRows } from "./fewRows.ts";
import { folding } from "./fold.ts";
import { single, type Wgsl } from "./kernel.ts";

/** A product of two tensors as matrices whose rows and columns are any dims, however they lie. */
export interface Product {
  readonly dtype: "float32" | "int32";
  /** Dims of all three. */
  readonly batch: readonly Extent[];
  /** Dims of the result that only the first has. */
  readonly rows: readonly Extent[];
  /** Dims of the result that the first lacks. */
  readonly columns: readonly Extent[];
  /** Dims that are summed over: where one operand lacks them, it does not move. */
  readonly inner: readonly Extent[];
  readonly a: Strides;
  readonly b: Strides;
  readonly c: Strides;
}

/** Up to so many rows, or columns, each thread has a column, or row, to itself. */
const few = 8;

/** Below so many multiplications tiles save nothing: each element of the result is a fold of its own. */
const small = 1 << 17;

/** Product of two tensors, read where they lie. */
export const einsum: Wgsl<"einsum"> = (_, [x, y], [result]) => {
  const [a, b, c] = [extentsOf(x!), extentsOf(y!), extentsOf(result!)];
  const has = (dims: readonly Extent[], { name }: Extent) => dims.some((e) => e.name === name);
  const product: Product = {
    dtype: result!.dtype as Product["dtype"],
    batch: c.filter((e) => has(a, e) && has(b, e)),
    rows: c.filter((e) => has(a, e) && !has(b, e)),
    columns: c.filter((e) => !has(a, e)),
    inner: [...a, ...b.filter((e) => !has(a, e))].filter((e) => !has(c, e)),
    a: stridesOf(a),
    b: stridesOf(b),
    c: stridesOf(c),
  };
  const { inner } = product;
  if (sizeOf(c) * sizeOf(inner) < small) {
    const shader = folding({
      outer: c,
      inner,
      reads: [x!, y!].map((slice, i) => ({
        dtype: slice.dtype,
        strides: i === 0 ? product.a : product.b,
      })),
      target: product.c,
      dtype: product.dtype,
      how: "sum",
      term: (left, right) => `${left} * ${right}`,
    });
    return single(shader, [x!, y!], [result!]);
  }
  if (sizeOf(product.rows) <= few) return single(fewRows(product), [x!, y!], [result!]);
  if (sizeOf(product.columns) > few) return single(tiled(product), [x!, y!], [result!]);
  // The other way round it is one of few rows.
  const { rows: columns, columns: rows, a: second, b: first } = product;
  const shader = fewRows({ ...product, rows, columns, a: first, b: second });
  return { passes: [{ shader, tensors: [1, 0, 2] }] };
};

/** Elements along the inner dims that a tile has. */
const depth = 16;

/**
 * Each workgroup makes a square of the result, of tiles of both operands that its threads read into
 * shared memory; each thread four by four elements of it.
 */
function tiled({ dtype, batch, rows, columns, inner, a, b, c }: Product): Shader {
  const [m, n, k] = [sizeOf(rows), sizeOf(columns), sizeOf(inner)];
  const across = Math.min(m, n) >= 64 ? 16 : 8;
  const threads = across * across;
  const side = across * 4;
  const [tilesDown, tilesAcross] = [Math.ceil(m / side), Math.ceil(n / side)];
  const type = scalar[dtype];
  const [batchA, batchB, batchC] = placesAt("z", batch, [a, b, c]);
  const [rowA, rowC] = placesAt("r", rows, [a, c]);
  const [columnB, columnC] = placesAt("s", columns, [b, c]);
  const [innerA, innerB] = placesAt("d", inner, [a, b]);
  // Neighbouring threads read neighbours, wherever they are.
  const isNeighbour = (dims: readonly Extent[], strides: Strides) =>
    strides[dims.filter((e) => e.size > 1).at(-1)?.name ?? ""] === 1;
  const alongInner = (strides: Strides) => isNeighbour(inner, strides);
  const order = (innerFirst: boolean) =>
    innerFirst
      ? `let e = q % ${depth}u; let f = q / ${depth}u;`
      : `let e = q / ${side}u; let f = q % ${side}u;`;
  const load = (tile: string, source: string, index: string, limit: number, fast: boolean) => `
    for (var q = lane; q < ${side * depth}u; q += ${threads}u) {
      ${order(fast)}
      let ${index} = ${index}0 + f;
      let d = k + e;
      var value = ${type}(0);
      if (${index} < ${limit}u && d < ${k}u) { value = ${source}; }
      ${tile}[e * ${side}u + f] = value;
    }`;
  const sixteen = Array.from({ length: 16 }, (_, i) => [Math.floor(i / 4), i % 4] as const);
  const four = [0, 1, 2, 3];
  return {
    reads: [dtype, dtype],
    writes: [dtype],
    threads,
    groups: sizeOf(batch) * tilesDown * tilesAcross,
    declarations: `var<workgroup> left: array<${type}, ${side * depth}>;
var<workgroup> right: array<${type}, ${side * depth}>;
`,
    body: `  let z = group / ${tilesDown * tilesAcross}u;
  let r0 = group / ${tilesAcross}u % ${tilesDown}u * ${side}u;
  let s0 = group % ${tilesAcross}u * ${side}u;
  let baseA = ${batchA};
  let baseB = ${batchB};
  let down = lane / ${across}u * 4u;
  let over = lane % ${across}u * 4u;
${sixteen.map(([i, j]) => `  var t${i}${j} = ${type}(0);`).join("\n")}
  for (var k = 0u; k < ${k}u; k += ${depth}u) {${load("left", `x0[baseA + ${rowA} + ${innerA}]`, "r", m, alongInner(a))}${load("right", `x1[baseB + ${columnB} + ${innerB}]`, "s", n, alongInner(b))}
    workgroupBarrier();
    for (var e = 0u; e < ${depth}u; e++) {
${four.map((i) => `      let p${i} = left[e * ${side}u + down + ${i}u];\n      let q${i} = right[e * ${side}u + over + ${i}u];`).join("\n")}
${sixteen.map(([i, j]) => `      t${i}${j} += p${i} * q${j};`).join("\n")}
    }
    workgroupBarrier();
  }
  let baseC = ${batchC};
${four.map((i) => `  { let r = r0 + down + ${i}u; if (r < ${m}u) {\n${four.map((j) => `    { let s = s0 + over + ${j}u; if (s < ${n}u) { y0[baseC + ${rowC} + ${columnC}] = t${i}${j}; } }`).join("\n")}\n  } }`).join("\n")}`,
  };
}
