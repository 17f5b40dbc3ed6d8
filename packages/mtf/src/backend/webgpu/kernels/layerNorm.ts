import { extentsOf, stridesOf, without } from "../../slices/walk.ts";
import { folding } from "./fold.ts";
import { single, type Wgsl } from "./kernel.ts";
import { rowsOf } from "./rows.ts";

/** (x - mean) / sqrt(variance + epsilon) * gain + bias; the mean and the scale as well. */
export const layerNorm: Wgsl<"layerNorm"> = ({ over, epsilon }, operands, results) => {
  const { size, at, loop, shader } = rowsOf(over, operands, results);
  const [x, gain, bias, y, mean, rstd] = at;
  const body = `  var part = 0.0;
${loop(`part += ${x};`)}  let average = total(lane, part) / ${size}.0;
  var square = 0.0;
${loop(`let away = ${x} - average; square += away * away;`)}  let variance = total(lane, square) / ${size}.0;
  let scale = 1.0 / sqrt(variance + f32(${epsilon}));
${loop(`${y} = (${x} - average) * scale * ${gain} + ${bias};`)}  let j = 0u;
  if (lane == 0u) { ${mean} = average; ${rstd} = scale; }`;
  return single(shader(body, { total: "sum" }), operands, results);
};

/**
 * dx = rstd (s - mean(s) - n mean(s n)) with s = dy gain and n = (x - mean) rstd, row by row;
 * dgain = sum(dy n) and dbias = sum(dy) over the rows.
 */
export const layerNormGrad: Wgsl<"layerNormGrad"> = ({ over }, operands, results) => {
  const { size, at, loop, shader } = rowsOf(over, operands, [results[0]!]);
  const [x, gain, mean, rstd, dy, dx] = at;
  const both = `let s = ${dy} * ${gain}; let n = (${x} - average) * scale;`;
  const row = `  var average = 0.0;
  var scale = 0.0;
  { let j = 0u; average = ${mean}; scale = ${rstd}; }
  var part = 0.0;
  var both = 0.0;
${loop(`${both} part += s; both += s * n;`)}  let sum = total(lane, part) / ${size}.0;
  let dot = total(lane, both) / ${size}.0;
${loop(`${both} ${dx} = scale * (s - sum - n * dot);`)}`;
  const all = extentsOf(operands[0]!);
  const read = (position: number) => ({
    dtype: "float32" as const,
    strides: stridesOf(extentsOf(operands[position]!)),
  });
  const summed = (result: number, reads: readonly number[], term: (...x: string[]) => string) => {
    const outer = extentsOf(results[result]!);
    const inner = without(
      all,
      outer.map((e) => e.name),
    );
    const target = stridesOf(outer);
    const fold = { outer, inner, reads: reads.map(read), target, term };
    return {
      shader: folding({ ...fold, dtype: "float32", how: "sum" }),
      tensors: [...reads, operands.length + result],
    };
  };
  return {
    passes: [
      { shader: shader(row, { total: "sum" }), tensors: [0, 1, 2, 3, 4, 5] },
      summed(1, [0, 2, 3, 4], (x, mean, rstd, dy) => `${dy} * (${x} - ${mean}) * ${rstd}`),
      summed(2, [4], (dy) => dy!),
    ],
  };
};
