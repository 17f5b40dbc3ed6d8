/** The threads along a row of a tile, and the elements of it that each has along either side. */
export const across = 8;
export const each = 4;
/** Columns of a tile, and how much of the depth is in shared memory at once. */
export const columns: number = across * each;
const chunk = 16;

/** The four rows, or columns, of a thread as components of a vector. */
export const four = ["x", "y", "z", "w"] as const;

/** A matrix in the GPU's memory. */
export interface Matrix {
  /** The variable that says where it begins for a workgroup, and what it is. */
  readonly name: string;
  readonly begin: string;
  /** The element of a row, or column, `index` at `depth` as an expression of that variable. */
  at(index: string, depth: string): string;
  /** How many of either there are. */
  readonly count: number;
  readonly depth: number;
  /** Whether neighbours along the depth are neighbours in memory. */
  readonly inRows: boolean;
}

/** So many rows of a tile as a workgroup of threads shares them. */
export interface Tile {
  readonly rows: number;
  readonly threads: number;
}

/** How far apart vectors of four rows, or columns, lie in shared memory: not by a power of two. */
const pitch = (count: number) => count / each + 1;

/** What a tile takes of shared memory: parts of two matrices, and its weights, by columns. */
export function roomFor({ rows }: Tile): string {
  const parts = Math.max((pitch(rows) + pitch(columns)) * chunk, pitch(columns) * columns);
  return `const steps = vec4u(0u, 1u, 2u, 3u);
var<workgroup> parts: array<vec4f, ${parts}>;
var<workgroup> weights: array<vec4f, ${columns * pitch(rows)}>;
`;
}

/** Which four rows and columns are a thread's. */
export const placeInTile: string = `  let down = lane / ${across}u;
  let over = lane % ${across}u;
`;

/** Products of a tile's rows with its columns: `name_x` to `name_w` are a thread's rows. */
export function compared(
  tile: Tile,
  name: string,
  [left, rowAt]: readonly [Matrix, string],
  [right, columnAt]: readonly [Matrix, string],
): string {
  const from = pitch(tile.rows) * chunk;
  const both = [
    loading(tile, left, { first: rowAt, depthAt: "begin", count: tile.rows, depth: chunk, to: 0 }),
    loading(tile, right, {
      ...{ first: columnAt, depthAt: "begin", count: columns, depth: chunk, to: from },
    }),
  ];
  return `${four.map((i) => `    var ${name}_${i} = vec4f();\n`).join("")}    for (var begin = 0u; begin < ${left.depth}u; begin += ${chunk}u) {
      workgroupBarrier();
${both.join("")}      workgroupBarrier();
      for (var e = 0u; e < ${Math.min(chunk, left.depth)}u; e++) {
        let left = parts[e * ${pitch(tile.rows)}u + down];
        let right = parts[${from}u + e * ${pitch(columns)}u + over];
${four.map((i) => `        ${name}_${i} += left.${i} * right;\n`).join("")}      }
    }
`;
}

/** Leaves the weights `name_x` to `name_w` of a thread's rows where all threads find them. */
export function leaving({ rows }: Tile, name: string): string {
  const column = (j: string, n: number) =>
    `    weights[(over * ${each}u + ${n}u) * ${pitch(rows)}u + down] = vec4f(${four.map((i) => `${name}_${i}.${j}`).join(", ")});\n`;
  return four.map(column).join("");
}

/**
 * Adds what the weights give of a matrix whose rows are the tile's columns: `sum_x_c` to `sum_w_c` are a
 * thread's rows, and c counts what is across from `depthAt` on.
 */
export function mixed(tile: Tile, matrix: Matrix, pieces: number): string {
  const piece = (c: number) => `    workgroupBarrier();
${loading(tile, matrix, { first: "at", depthAt: `depthAt + ${c * columns}u`, count: columns, depth: columns, to: 0, alongDepth: true })}    workgroupBarrier();
    for (var n = 0u; n < ${columns}u; n++) {
      let left = weights[n * ${pitch(tile.rows)}u + down];
      let right = parts[n * ${pitch(columns)}u + over];
${four.map((i) => `      sum_${i}_${c} += left.${i} * right;\n`).join("")}    }
`;
  return Array.from({ length: pieces }, (_, c) => piece(c)).join("");
}

/** Makes a number of each of a thread's rows the sum over all threads that have columns of them. */
export function summed(name: string): string {
  return `  workgroupBarrier();
  parts[lane] = ${name};
  workgroupBarrier();
  ${name} = vec4f();
  for (var n = 0u; n < ${across}u; n++) { ${name} += parts[down * ${across}u + n]; }
`;
}

/** A part of a matrix, and where it goes. */
interface Part {
  readonly first: string;
  readonly depthAt: string;
  readonly count: number;
  readonly depth: number;
  readonly to: number;
  /** Whether vectors of shared memory are of four along the depth, and not of four rows. */
  readonly alongDepth?: boolean;
}

/** Reads a part into shared memory, zeros beyond the ends; neighbouring threads read neighbours. */
function loading({ threads }: Tile, { at, ...matrix }: Matrix, part: Part): string {
  const { first, depthAt, count, depth, to, alongDepth = false } = part;
  const [many, deep] = alongDepth ? [count, depth / each] : [count / each, depth];
  const [f, e] = matrix.inRows
    ? [`q / ${deep}u`, `q % ${deep}u`]
    : [`q % ${many}u`, `q / ${many}u`];
  const [n, d] = alongDepth
    ? [`vec4u(${first} + f)`, `vec4u(${depthAt} + e * ${each}u) + steps`]
    : [`vec4u(${first} + f * ${each}u) + steps`, `vec4u(${depthAt} + e)`];
  const place = alongDepth ? `f * ${pitch(depth)}u + e` : `e * ${pitch(count)}u + f`;
  return `      for (var q = lane; q < ${many * deep}u; q += ${threads}u) {
        let f = ${f};
        let e = ${e};
        let n = ${n};
        let d = ${d};
        let value = vec4f(${four.map((i) => at(`n.${i}`, `d.${i}`)).join(", ")});
        let inside = (n < vec4u(${matrix.count}u)) & (d < vec4u(${matrix.depth}u));
        parts[${to}u + ${place}] = select(vec4f(), value, inside);
      }
`;
}
