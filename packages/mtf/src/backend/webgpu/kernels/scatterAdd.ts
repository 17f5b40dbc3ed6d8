import type { Slice } from "../../backend.ts";
import { extentsOf, only, rangeIn, sizeOf, stridesOf, without } from "../../slices/walk.ts";
import { threadsFor } from "../wgsl/across.ts";
import { placesAt } from "../wgsl/places.ts";
import { scalar } from "../wgsl/text.ts";
import { ownDims } from "./indexing.ts";
import type { Wgsl, Work } from "./kernel.ts";

/** Ids that a workgroup looks at before it adds what they are for. */
const chunk = 64;

export const scatterAdd: Wgsl<"scatterAdd"> = ({ dim }, [rows, ids], [result]) =>
  addingRows(dim, [rows!, ids!], result!);

export const scatterOnto: Wgsl<"scatterOnto"> = ({ dim }, [x, rows, ids], [result]) =>
  addingRows(dim, [rows!, ids!], result!, x!);

/**
 * Adds rows to a table of zeros, or to another's. A workgroup makes a row of the table: it goes through the ids, a
 * chunk at a time, and adds in their order what belongs to it. So the sums are the same in every
 * run, which those of atomic additions are not.
 */
function addingRows(
  dim: string,
  [rows, ids]: readonly [rows: Slice, ids: Slice],
  result: Slice,
  onto?: Slice,
): Work {
  const extents = extentsOf(result);
  const [inRows, inIds] = [extentsOf(rows), extentsOf(ids)];
  // What is added may lack dims of the ids, or they of it.
  const own = [...ownDims(inIds, extents), ...ownDims(inRows, [...extents, ...inIds])];
  const shared = only(
    without(extents, [dim]),
    inIds.map((e) => e.name),
  );
  const inner = without(extents, [dim, ...shared.map((e) => e.name)]);
  const { begin, size } = rangeIn(result, dim);
  const [ofRows, ofIds, ofTable] = [inRows, inIds, extents].map(stridesOf);
  const before = onto ? stridesOf(extentsOf(onto)) : {};
  const outer = [...shared, { name: dim, size }];
  const [rowBase, idBase, target, source] = placesAt("group", outer, [
    { ...ofRows, [dim]: 0 },
    { ...ofIds, [dim]: 0 },
    ofTable!,
    before,
  ]);
  const [place] = placesAt("group", outer, [{ [dim]: 1 }]);
  const [rowAt, idAt] = placesAt("j", own, [ofRows!, ofIds!]);
  const [rowInner, targetInner, sourceInner] = placesAt("c", inner, [ofRows!, ofTable!, before]);
  const [count, columns] = [sizeOf(own), sizeOf(inner)];
  const threads = Math.max(chunk, threadsFor(columns));
  const type = scalar[result.dtype];
  const blocks = Math.ceil(columns / threads);
  const shader = {
    reads: [rows.dtype, "int32" as const, ...(onto ? [onto.dtype] : [])],
    writes: [result.dtype],
    threads,
    groups: sizeOf(outer),
    declarations: `var<workgroup> matching: array<u32, ${chunk}>;
var<workgroup> found: atomic<u32>;
`,
    body: `  let place = i32(${place}) + ${begin};
  let rowBase = ${rowBase};
  let idBase = ${idBase};
  var t: array<${type}, ${blocks}>;
  for (var chunkAt = 0u; chunkAt < ${count}u; chunkAt += ${chunk}u) {
    if (lane == 0u) { atomicStore(&found, 0u); }
    workgroupBarrier();
    if (lane < ${chunk}u) {
      let j = chunkAt + lane;
      var isHere = false;
      if (j < ${count}u) { isHere = x1[idBase + ${idAt}] == place; }
      matching[lane] = u32(isHere);
      if (isHere) { atomicStore(&found, 1u); }
    }
    workgroupBarrier();
    if (workgroupUniformLoad(&found) == 1u) {
      for (var n = 0u; n < ${chunk}u; n++) {
        if (matching[n] == 0u) { continue; }
        let j = chunkAt + n;
        let at = rowBase + ${rowAt};
        for (var block = 0u; block < ${blocks}u; block++) {
          let c = block * ${threads}u + lane;
          if (c < ${columns}u) { t[block] += x0[at + ${rowInner}]; }
        }
      }
    }
    workgroupBarrier();
  }
  let base = ${target};
  for (var block = 0u; block < ${blocks}u; block++) {
    let c = block * ${threads}u + lane;
    if (c < ${columns}u) { y0[base + ${targetInner}] = ${onto ? `x2[${source} + ${sourceInner}] + ` : ""}t[block]; }
  }`,
  };
  // Of the op's operands what is added to comes first.
  return { passes: [{ shader, tensors: onto ? [1, 2, 0, 3] : [0, 1, 2] }] };
}
