import type { PagedAttending } from "../../../../../graph/kinds.ts";
import { sizeOf } from "../../../../slices/walk.ts";
import type { Shader } from "../../../shader.ts";
import { placesAt } from "../../../wgsl/places.ts";
import { lowest } from "../lowest.ts";
import { type PagedLoop, span } from "./loop.ts";

/** Threads of a workgroup: each looks at a token, sums elements of values, and shares a line's weights. */
const threads = 64;
const sharers = threads / 8;

/** How much of the keys' depth is in shared memory at once. */
const chunk = 16;

/**
 * What a part of a row's tokens gives some of its queries: the weighted values, the largest product and the
 * sum of exp to that, for each query and part.
 */
export function partial(
  { block, offset, page, within }: PagedAttending,
  loop: PagedLoop,
  reads: Shader["reads"],
): Shader {
  const { outer, lines, depth, size, tokens, together, parts, strides } = loop;
  const [q, k, v, table, before, counts] = strides;
  const count = sizeOf(lines);
  const chunks = Math.ceil(count / together);
  const bases = placesAt("z", outer, [q!, k!, v!, table!, before!, counts!]);
  const steps = Math.ceil(depth / threads);
  const each = Array.from({ length: together }, (_, m) => m);
  const across = Array.from({ length: steps }, (_, c) => c);
  const perPart = Math.ceil(Math.ceil(tokens / span) / parts) * span;
  const { begin, window } = reachOf(loop);
  return {
    reads,
    writes: ["float32"],
    threads,
    groups: sizeOf(outer) * chunks * parts,
    declarations: `var<workgroup> queries: array<f32, ${together * depth}>;
var<workgroup> keys: array<f32, ${chunk * (threads + 1)}>;
var<workgroup> weights: array<f32, ${together * span}>;
var<workgroup> blocks: array<i32, ${span}>;
var<workgroup> room: array<f32, ${threads}>;
var<workgroup> most: array<f32, 8>;
var<workgroup> total: array<f32, 8>;
var<workgroup> factor: array<f32, 8>;
`,
    body: `  let z = group / ${chunks * parts}u;
  let firstLine = group / ${parts}u % ${chunks}u * ${together}u;
  let part = group % ${parts}u;
  let qAt = ${bases[0]};
  let kAt = ${bases[1]};
  let vAt = ${bases[2]};
  let tableAt = ${bases[3]};
  let had = x4[${bases[4]}];
  let fresh = x5[${bases[5]}];
  let begin = max(i32(part * ${perPart}u), ${begin});
  let end = min(min(i32((part + 1u) * ${perPart}u), ${tokens}), had + min(fresh, ${loop.length}));
  for (var n = lane; n < ${together * depth}u; n += ${threads}u) {
    let line = min(firstLine + n / ${depth}u, ${count - 1}u);
    queries[n] = x0[qAt + ${placesAt("line", lines, [q!])[0]} + n % ${depth}u * ${q![within]}u];
  }
  if (lane < 8u) { most[lane] = ${lowest}; total[lane] = 0.0; factor[lane] = 1.0; }
${each.flatMap((m) => across.map((c) => `  var sum${m}_${c} = 0.0;\n`)).join("")}  for (var at = begin; at < end; at += ${span}) {
    workgroupBarrier();
    for (var t = lane; t < ${span}u; t += ${threads}u) {
      let token = at + i32(t);
      let block = x3[tableAt + u32(min(token, ${tokens - 1})) / ${size}u * ${table![page]}u];
      blocks[t] = select(-1, block, token < end && block >= 0 && block < ${loop.blocks});
    }
    for (var half = 0u; half < ${span}u; half += ${threads}u) {
${each.map((m) => `      var s${m} = 0.0;\n`).join("")}      for (var deep = 0u; deep < ${depth}u; deep += ${chunk}u) {
        workgroupBarrier();
        for (var n = lane; n < ${threads * chunk}u; n += ${threads}u) {
          let t = half + n / ${chunk}u;
          let d = deep + n % ${chunk}u;
          let block = blocks[t];
          let row = u32(max(block, 0)) * ${k![block]}u + u32(at + i32(t)) % ${size}u * ${k![offset]}u;
          keys[n % ${chunk}u * ${threads + 1}u + n / ${chunk}u] = select(0.0, x1[kAt + row + d * ${k![within]}u], block >= 0 && d < ${depth}u);
        }
        workgroupBarrier();
        for (var e = 0u; e < min(${chunk}u, ${depth}u - deep); e++) {
          let key = keys[e * ${threads + 1}u + lane];
${each.map((m) => `          s${m} += queries[${m * depth}u + deep + e] * key;\n`).join("")}        }
      }
      let token = at + i32(half + lane);
      let isThere = blocks[half + lane] >= 0;
${each.map((m) => `      weights[${m * span}u + half + lane] = select(${lowest}, s${m}, isThere && ${seenBy(loop, m, window)});\n`).join("")}    }
    workgroupBarrier();
    let m = min(lane / ${sharers}u, ${together - 1}u);
    var best = ${lowest};
    for (var t = lane % ${sharers}u; t < ${span}u; t += ${sharers}u) { best = max(best, weights[m * ${span}u + t]); }
    room[lane] = best;
    workgroupBarrier();
    best = most[m];
    for (var n = 0u; n < ${sharers}u; n++) { best = max(best, room[m * ${sharers}u + n]); }
    workgroupBarrier();
    var mine = 0.0;
    if (lane < ${together * sharers}u) {
      for (var t = lane % ${sharers}u; t < ${span}u; t += ${sharers}u) {
        let x = weights[m * ${span}u + t];
        let weight = select(0.0, exp(x - best), x > ${lowest});
        weights[m * ${span}u + t] = weight;
        mine += weight;
      }
      if (lane % ${sharers}u == 0u) { factor[m] = exp(most[m] - best); most[m] = best; }
    }
    room[lane] = mine;
    workgroupBarrier();
    if (lane < ${together}u) {
      var sum = total[lane] * factor[lane];
      for (var n = 0u; n < ${sharers}u; n++) { sum += room[lane * ${sharers}u + n]; }
      total[lane] = sum;
    }
${across.map((c) => mixing(loop, c)).join("")}  }
  workgroupBarrier();
${each.map((m) => stored(loop, m, across)).join("")}`,
  };

  function mixing({ depth }: PagedLoop, c: number): string {
    return `    {
      let d = min(lane + ${c * threads}u, ${depth - 1}u);
${each.map((m) => `      sum${m}_${c} *= factor[${m}];\n`).join("")}      for (var t = 0u; t < ${span}u; t++) {
        let block = blocks[t];
        if (block < 0) { continue; }
        let row = u32(block) * ${v![block]}u + u32(at + i32(t)) % ${size}u * ${v![offset]}u;
        let value = x2[vAt + row + d * ${v![within]}u];
${each.map((m) => `        sum${m}_${c} += weights[${m * span}u + t] * value;\n`).join("")}      }
    }
`;
  }
}

/** Where a row's queries begin to look, and how far each looks back. */
function reachOf({ window }: PagedLoop) {
  if (window === null) return { begin: "0", window: undefined };
  return { begin: `had - ${window - 1}`, window };
}

/** Whether line `m` of a workgroup sees a token. */
function seenBy({ first, here }: PagedLoop, m: number, window: number | undefined): string {
  const index = `i32((firstLine + ${m}u) % ${here}u) + ${first}`;
  const distance = `had + ${index} - token`;
  const near = window === undefined ? "" : ` && ${distance} < ${window}`;
  return `${distance} >= 0 && ${index} < fresh${near}`;
}

/** Where what a part gives a line is: its elements, the largest product, and the sum. */
export function roomOf({ outer, lines, parts, depth }: PagedLoop): number {
  return sizeOf(outer) * sizeOf(lines) * parts * (depth + 2);
}

function stored({ lines, parts, depth }: PagedLoop, m: number, across: readonly number[]): string {
  const count = sizeOf(lines);
  const to = `((z * ${count}u + firstLine + ${m}u) * ${parts}u + part) * ${depth + 2}u`;
  const elements = across.map(
    (c) =>
      `    if (lane + ${c * threads}u < ${depth}u) { y0[to + lane + ${c * threads}u] = sum${m}_${c}; }\n`,
  );
  return `  if (firstLine + ${m}u < ${count}u) {
    let to = ${to};
${elements.join("")}    if (lane == 0u) { y0[to + ${depth}u] = most[${m}]; y0[to + ${depth + 1}u] = total[${m}]; }
  }
`;
}
