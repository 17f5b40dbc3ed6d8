import { extentsOf, rangeIn, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { single, type Wgsl } from "./kernel.ts";
import { rowsOf } from "./rows.ts";

/**
 * logsumexp(logits) - logits[label], and 0 for a label outside; what the logsumexp is made of. The
 * vocabulary is read once: each thread keeps the largest logit it has met, and the sum to that.
 */
export const crossEntropy: Wgsl<"crossEntropy"> = ({ over }, operands, results) => {
  const { size, begin, at, loop, shader } = rowsOf(over, operands, results);
  const [logit, label, loss, sum, shift] = at;
  const met =
    "if (x > mine) { part = part * exp(mine - x) + 1.0; mine = x; } else { part += exp(x - mine); }";
  const body = `  var mine = -3.4028234e38;
  var part = 0.0;
${loop(`let x = max(${logit}, -3.4028234e38); ${met}`)}  let most = largest(lane, mine);
  let all = total(lane, part * exp(mine - most));
  if (lane == 0u) {
    var j = 0u;
    let at = ${label} - ${begin};
    let inside = at >= 0 && at < ${size};
    ${sum} = all;
    ${shift} = most;
    j = u32(select(0, at, inside));
    let own = ${logit};
    j = 0u;
    ${loss} = select(0.0, ln(all) + (most - own), inside);
  }`;
  return single(shader(body, { largest: "max", total: "sum" }), operands, results);
};

/**
 * exp(logits - shift) (dloss / sum + dsum), less dloss at the label; a label outside the whole dim
 * has no dloss. The slice may be a part of the dim.
 */
export const crossEntropyGrad: Wgsl<"crossEntropyGrad"> = ({ over }, operands, [result]) => {
  const extents = extentsOf(result!);
  const { begin } = rangeIn(operands[0]!, over);
  const whole = operands[0]!.dims.find((d) => d.name === over)!.size;
  const strides = operands.map((slice) => stridesOf(extentsOf(slice)));
  const places = placesAt("i", extents, [...strides, { [over]: 1 }]);
  const [logit, label, sum, shift, dloss, dsum] = places.map((place, n) => `x${n}[${place}]`);
  const shader = each(sizeOf(extents), {
    reads: operands.map(({ dtype }) => dtype),
    writes: ["float32"],
    body: `  let label = ${label};
  let down = select(0.0, ${dloss}, label >= 0 && label < ${whole});
  let spread = exp(${logit} - ${shift}) * (down / ${sum} + ${dsum});
  let here = i32(${places.at(-1)}) + ${begin} == label;
  y0[i] = select(spread, spread - down, here);`,
  });
  return single(shader, operands, [result!]);
};
