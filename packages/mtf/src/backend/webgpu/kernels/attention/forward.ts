import { attendedOf } from "../../../../ops/flashAttention/operands.ts";
import { extentsOf, stridesOf } from "../../../slices/walk.ts";
import type { Wgsl } from "../kernel.ts";
import { beginningOf, matrixOf, type Outer } from "./arrays.ts";
import { lifted, ofProducts } from "./bias.ts";
import { drawing } from "./drawn.ts";
import { integersOf } from "./integers.ts";
import { loopOf } from "./loop.ts";
import { lowest } from "./lowest.ts";
import { linesOf, segmentsIn } from "./numbers.ts";
import { streaming } from "./stream.ts";
import { across, compared, each, four, leaving, mixed, summed } from "./tile.ts";
import { dropped } from "./weights.ts";

/**
 * Attention of tiles of queries, by which keys and values stream: of a query's products only the largest
 * so far is kept, the sum of exp to that, and what values they weigh (Dao et al., 2022).
 */
export const flashAttention: Wgsl<"flashAttention"> = (attributes, operands, results) => {
  const { along, over, within, causal, segments, rate } = attributes;
  const loop = loopOf(attributes, operands);
  const at = attendedOf(
    attributes,
    operands.map((_, i) => i),
  );
  const integers = integersOf(at, operands, operands.length + results.length);
  const bound = [
    ...[at.query, at.keys, at.values],
    ...(at.bias === undefined ? [] : [at.bias]),
    ...integers.rooms.map(() => integers.tensor),
  ];
  const array = (tensor: number) => `x${bound.indexOf(tensor)}`;
  const lying = (operand: number) => [array(operand), operands[operand]!] as const;
  const outer: Outer = { z: [...loop.shared, ...loop.groups], g: [] };
  const q = matrixOf(outer, "qAt", lying(at.query), along, within);
  const k = matrixOf(outer, "kAt", lying(at.keys), over, within);
  const v = matrixOf(outer, "vAt", lying(at.values), over, within);
  const bias =
    at.bias === undefined
      ? undefined
      : ofProducts(outer, "biasAt", lying(at.bias), attributes, "queries");
  const whole = array(integers.tensor);
  const ofLog = stridesOf(extentsOf(results[1]!));
  const shader = streaming({
    ...{ loop, outer },
    looking: { rows: "queries", causal, first: loop.first, segments },
    reads: bound.map((tensor) => operands[tensor]?.dtype ?? "int32"),
    writes: ["float32", "float32"],
    matrices: [q, k, v, ...(bias ? [bias] : [])],
    numbers: [
      ...(segments ? segmentsIn(outer, attributes, integers.segments(whole)) : []),
      ...(rate > 0 ? [linesOf(outer, loop, along)] : []),
    ],
    functions: rate > 0 ? drawing(integers.words(whole), loop.memory, rate) : "",
    state: `  var most = vec4f(${lowest});\n  var total = vec4f();\n`,
    step: (tile, pieces) =>
      [
        compared(tile, "s", [q, "tileAt"], [k, "at"]),
        ...(bias ? [lifted("s", bias)] : []),
        weighed(pieces),
        ...four.map((i) => `    let kept_${i} = ${dropped("queries", rate, `weight_${i}`, i)};\n`),
        leaving(tile, "kept"),
        mixed(tile, v, pieces),
      ].join(""),
    end: `${summed("total")}  if (depthAt == 0u && over == 0u) {
    let logAt = ${beginningOf(outer, ofLog)};
    for (var i = 0u; i < ${each}u; i++) {
      if (here[i] < ${loop.queries}u) { y1[logAt + here[i] * ${ofLog[along]}u] = ln(total[i]) + most[i]; }
    }
  }
`,
    result: "sum / total[i]",
    to: matrixOf(outer, "to", ["y0", results[0]!], along, within),
  });
  const made = [operands.length, operands.length + 1];
  return {
    rooms: integers.rooms,
    passes: [...integers.passes, { shader, tensors: [...bound, ...made] }],
  };
};

/** exp(x - max) in place of products, and what was summed before to the same maximum. */
function weighed(pieces: number): string {
  const sums = Array.from({ length: pieces }, (_, c) =>
    four.map((i) => `    sum_${i}_${c} *= factor.${i};\n`),
  );
  const component = (i: string) => `max(max(s_${i}.x, s_${i}.y), max(s_${i}.z, s_${i}.w))`;
  const sum = (i: string) => `(weight_${i}.x + weight_${i}.y) + (weight_${i}.z + weight_${i}.w)`;
  return `${four.map((i) => `    s_${i} = select(vec4f(${lowest}), s_${i}, seen_${i});\n`).join("")}    workgroupBarrier();
    parts[lane] = vec4f(${four.map(component).join(", ")});
    workgroupBarrier();
    var best = most;
    for (var n = 0u; n < ${across}u; n++) { best = max(best, parts[down * ${across}u + n]); }
    let factor = exp(most - best);
    most = best;
${sums.flat().join("")}${four.map((i) => `    let weight_${i} = select(vec4f(), exp(s_${i} - best.${i}), seen_${i});\n`).join("")}    total = total * factor + vec4f(${four.map(sum).join(", ")});
`;
}
