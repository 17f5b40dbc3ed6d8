import { single, type Wgsl } from "./kernel.ts";
import { lowest, rowsOf } from "./rows.ts";

type Kinds = "softmax" | "logSoftmax";
type Gradients = "softmaxGrad" | "logSoftmaxGrad";

/** exp(x - max) / sum. */
export const softmax: Wgsl<"softmax"> = normalised("exp(x - most) / sum");

/** x - max - log sum. */
export const logSoftmax: Wgsl<"logSoftmax"> = normalised("x - most - ln(sum)");

/** A function of the row's largest number and the sum of exp(x - max). */
function normalised(value: string): Wgsl<Kinds> {
  const bind: Wgsl<Kinds> = ({ over }, operands, results) => {
    const { at, loop, shader } = rowsOf(over, operands, results);
    const [x, y] = at;
    const body = `  var mine = ${lowest};
${loop(`mine = max(mine, ${x});`)}  let most = largest(lane, mine);
  var part = 0.0;
${loop(`part += exp(${x} - most);`)}  let sum = total(lane, part);
${loop(`let x = ${x}; ${y} = ${value};`)}`;
    return single(shader(body, { largest: "max", total: "sum" }), operands, results);
  };
  return bind;
}

/** log sum exp x, without the dim. */
export const logsumexp: Wgsl<"logsumexp"> = ({ over }, operands, results) => {
  const { at, loop, shader } = rowsOf(over, operands, results);
  const body = `  var mine = ${lowest};
${loop(`mine = max(mine, ${at[0]});`)}  let most = largest(lane, mine);
  let shift = select(0.0, most, isFiniteNumber(most));
  var part = 0.0;
${loop(`part += exp(${at[0]} - shift);`)}  let sum = total(lane, part);
  let j = 0u;
  if (lane == 0u) { ${at[1]} = ln(sum) + shift; }`;
  return single(shader(body, { largest: "max", total: "sum" }), operands, results);
};

/** sum exp(x - shift), without the dim. */
export const sumExp: Wgsl<"sumExp"> = ({ over }, operands, results) => {
  const { at, loop, shader } = rowsOf(over, operands, results);
  const [x, shift, y] = at;
  const body = `  var least = 0.0;
  { let j = 0u; least = ${shift}; }
  var part = 0.0;
${loop(`part += exp(${x} - least);`)}  let sum = total(lane, part);
  let j = 0u;
  if (lane == 0u) { ${y} = sum; }`;
  return single(shader(body, { total: "sum" }), operands, results);
};

/** dx = y (dy - sum(y dy)). */
export const softmaxGrad: Wgsl<"softmaxGrad"> = gradient("y * dy", "y * (dy - sum)");

/** dx = dy - exp(y) sum(dy). */
export const logSoftmaxGrad: Wgsl<"logSoftmaxGrad"> = gradient("dy", "dy - exp(y) * sum");

function gradient(term: string, value: string): Wgsl<Gradients> {
  const bind: Wgsl<Gradients> = ({ over }, operands, results) => {
    const { at, loop, shader } = rowsOf(over, operands, results);
    const both = `let y = ${at[0]}; let dy = ${at[1]};`;
    const body = `  var part = 0.0;
${loop(`${both} part += ${term};`)}  let sum = total(lane, part);
${loop(`${both} ${at[2]} = ${value};`)}`;
    return single(shader(body, { total: "sum" }), operands, results);
  };
  return bind;
}
