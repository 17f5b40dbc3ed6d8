import type { DType } from "../../../../dtype.ts";
import { sizeOf } from "../../../slices/walk.ts";
import type { Shader } from "../../shader.ts";
import type { Outer } from "./arrays.ts";
import { type Looking, lookedAt } from "./looking.ts";
import type { Loop } from "./loop.ts";
import { beginningsOf, type Numbers, readBy } from "./numbers.ts";
import {
  across,
  columns,
  each,
  four,
  type Matrix,
  placeInTile,
  roomFor,
  type Tile,
} from "./tile.ts";

/** How much of the depth a workgroup sums over what streams by: what its registers hold. */
const slab = 128;

/** A pass of attention: tiles of rows, each of a workgroup, by which the columns stream. */
export interface Streaming {
  readonly loop: Loop;
  readonly looking: Looking;
  readonly outer: Outer;
  readonly reads: readonly DType[];
  readonly writes: readonly DType[];
  /** What is read, and where it begins. */
  readonly matrices: readonly Beginning[];
  readonly numbers: readonly Numbers[];
  /** Functions that are called. */
  readonly functions?: string;
  /** Variables that outlast what streams by. */
  readonly state?: string;
  /** What is done with the columns from `at` on, of which `seen_x` to `seen_w` count. */
  readonly step: (tile: Tile, pieces: number) => string;
  /** What is done at the end. */
  readonly end?: string;
  /** What of `sum`, which row `i` of the thread has, is the result. */
  readonly result?: string;
  /** Where sums over what streams by go, if they are made. */
  readonly to?: Matrix;
}

type Beginning = Pick<Matrix, "name" | "begin">;

/** The shader of a pass: it holds one tile of products at a time. */
export function streaming(pass: Streaming): Shader {
  const { loop, looking, outer, reads, writes, matrices, numbers, to } = pass;
  const isOfKeys = looking.rows === "keys";
  const [rows, length] = isOfKeys ? [loop.keys, loop.queries] : [loop.queries, loop.keys];
  const tile = tileFor(rows);
  const tiles = Math.ceil(rows / tile.rows);
  const depth = to?.depth ?? 0;
  const slabs = Math.max(1, Math.ceil(depth / slab));
  const pieces = Math.ceil(Math.min(slab, depth) / columns);
  const sums = Array.from({ length: pieces }, (_, c) => four.map((i) => `sum_${i}_${c}`)).flat();
  const [from, end] = reachOf(loop, looking, tile, length);
  return {
    reads,
    writes,
    threads: tile.threads,
    groups: sizeOf(outer.z) * tiles * slabs,
    declarations: `${roomFor(tile)}${looking.segments ? "var<workgroup> found: atomic<u32>;\n" : ""}${pass.functions ?? ""}`,
    body: `  let z = group / ${tiles * slabs}u;
  let tileAt = group / ${slabs}u % ${tiles}u * ${tile.rows}u;
  let depthAt = group % ${slabs}u * ${slab}u;
${placeInTile}  let here = vec4u(tileAt + down * ${each}u) + steps;
  let row = min(here, vec4u(${rows - 1}u));
${sums.map((sum) => `  var ${sum} = vec4f();\n`).join("")}${pass.state ?? ""}  for (var g = 0u; g < ${sizeOf(outer.g)}u; g++) {
${matrices.map(beginning).join("")}${beginningsOf(numbers)}${readBy("row", numbers, looking.rows)}
  for (var at = ${from}; at < ${end}; at += ${columns}u) {
    let held = vec4u(at + over * ${each}u) + steps;
    let column = min(held, vec4u(${length - 1}u));
${readBy("column", numbers, isOfKeys ? "queries" : "keys")}${lookedAt(looking, length)}${pass.step(tile, pieces)}  }
  }
${pass.end ?? ""}${to ? written(to, sums, rows, pass.result ?? "sum") : ""}`,
  };
}

function beginning({ name, begin }: Beginning): string {
  return `  let ${name} = ${begin};\n`;
}

/** Writes the sums that a thread has of its rows. */
function written(to: Matrix, sums: readonly string[], rows: number, result: string): string {
  return `${beginning(to)}  var sums = array<vec4f, ${sums.length}>(${sums.join(", ")});
  for (var n = 0u; n < ${sums.length * each}u; n++) {
    let i = n / ${each}u % ${each}u;
    let d = depthAt + n / ${each * each}u * ${columns}u + over * ${each}u + n % ${each}u;
    let sum = sums[n / ${each}u][n % ${each}u];
    if (here[i] < ${rows}u && d < ${to.depth}u) { ${to.at("here[i]", "d")} = ${result}; }
  }`;
}

/** Rows that share what streams by: as many as there are, within what shared memory every GPU has. */
function tileFor(rows: number): Tile {
  const down = rows > 32 ? 16 : 8;
  return { rows: down * each, threads: down * across };
}

/** The columns that a tile looks at: those that none of its rows sees are left out. */
function reachOf(
  { first }: Loop,
  { rows, causal }: Looking,
  tile: Tile,
  length: number,
): readonly [from: string, end: string] {
  if (!causal) return ["0u", `${length}u`];
  if (rows === "queries") return ["0u", `min(${length}u, ${first}u + tileAt + ${tile.rows}u)`];
  return [`(max(tileAt, ${first}u) - ${first}u) / ${columns}u * ${columns}u`, `${length}u`];
}
