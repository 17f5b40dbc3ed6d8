import { optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { concat } from "../ops/concat/concat.ts";
import { add, cos, mul, sin, sub } from "../ops/elementwise/functions.ts";
import { merge, split } from "../ops/reshape/reshape.ts";
import { at } from "../ops/slice/at.ts";
import { slice } from "../ops/slice/slice.ts";
import { stack } from "../ops/stack/stack.ts";

/** How elements are paired. */
export interface RotaryOptions {
  /**
   * Whether a pair is two elements side by side, as in GPT-J; else it is one of the first half and one
   * of the second, as in GPT-NeoX and Llama. Weights are made for one or the other.
   */
  readonly interleaved?: boolean | undefined;
}

type Any = Tensor<string>;

/**
 * Turns pairs of elements along a dim by angles, so that products of queries and keys depend on how
 * far apart they are, not on where (Su et al., 2021). Where there are fewer angles than pairs, the
 * elements at the end stay as they are.
 *
 * @param angles in radians, along the same dim and positions: see `rotaryAngles`
 * @throws MtfError `bad-argument` for more angles than pairs, `missing-dim`, `size-mismatch`
 * @example
 * rotary(query, "kv", angles); // [batch, length, heads, kv], [length, kv / 2] -> the query's dims
 */
export function rotary<A extends string, S extends A, P extends A>(
  x: Tensor<A>,
  dim: Select<S>,
  angles: Tensor<P>,
  options: RotaryOptions = {},
): Tensor<A> {
  const tensor = tensorArgument("rotary", "x", x, ["float32"]);
  const by = tensorArgument("rotary", "angles", angles, ["float32"]);
  optionsArgument("rotary", "options", options, ["interleaved"]);
  const { name, size } = namedDim("rotary", "dim", tensor, dim);
  const pairs = namedDim("rotary", "angles", by, name).size;
  if (2 * pairs > size) {
    const told = `rotary: '${name}' has ${size} elements, too few for ${pairs} pairs.`;
    throw misuse("bad-argument", told, { x: tensor, angles: by });
  }
  const turned = options.interleaved ? interleaved(tensor, name, by) : halves(tensor, name, by);
  if (2 * pairs === size) return turned as never;
  return concat([turned, cut(tensor, name, 2 * pairs, size)], name as never) as never;
}

/** A pair of elements, turned. */
function turn(left: Any, right: Any, angles: AnyTensor): readonly [Any, Any] {
  const [c, s] = [cos(angles as Any), sin(angles as Any)];
  return [sub(mul(left, c), mul(right, s)), add(mul(right, c), mul(left, s))] as never;
}

function halves(x: AnyTensor, name: string, angles: AnyTensor): Any {
  const { size } = namedDim("rotary", "angles", angles, name);
  const pair = turn(cut(x, name, 0, size), cut(x, name, size, 2 * size), angles);
  return concat(pair as readonly Any[], name as never) as never;
}

/** Which of the two elements of a pair it is. */
const side = { name: "side", size: 2 };

function interleaved(x: AnyTensor, name: string, angles: AnyTensor): Any {
  const { size } = namedDim("rotary", "angles", angles, name);
  const pairs = split(cut(x, name, 0, 2 * size), name as never, [{ name, size }, side] as never);
  const sides = [0, 1].map((i) => at(pairs as Any, side.name as never, i) as Any);
  const turned = stack(turn(sides[0]!, sides[1]!, angles) as never, side as never);
  return merge(turned as never, [name, side.name] as never, { name, size: 2 * size }) as never;
}

function cut(x: AnyTensor, name: string, begin: number, end: number): Any {
  return slice(x as Any, name as never, begin, end);
}
