import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import type { Typed } from "./kinds.ts";
import type { Node } from "./node.ts";
import { shown } from "./show.ts";

/**
 * A traced value with named dims. It holds no numbers: it stands for one result of one node of the
 * graph that `lower` turns into a program.
 *
 * `dims` makes the compiler report missing names, `names` makes it report surplus ones.
 */
export interface Tensor<in out Names extends string, D extends DType = "float32"> {
  readonly dims: { readonly [N in Names]: Dimension<N> };
  readonly names: readonly Names[];
  readonly dtype: D;
  /** The node that computes it, and which of its results it is. */
  readonly "~node": Node;
  readonly "~result": number;
}

/** A tensor without dims: one number. */
export type Scalar<D extends DType = "float32"> = Tensor<never, D>;

/** A tensor whose names are not known to the compiler: what the library's insides work on. */
// biome-ignore lint/suspicious/noExplicitAny: Tensor is invariant in its names; this is its top type
export type AnyTensor = Tensor<any, DType>;

/** The names of a tensor type. */
export type NamesOf<T> = T extends Tensor<infer Names, DType> ? Names : never;

const brand = Symbol("tensor");

/** What every tensor inherits. What it shows of its dims is made for who asks: few do. */
const traits = {
  __proto__: shown,
  [brand]: true,
  get dims(): Record<string, Dimension> {
    return Object.fromEntries(dimsOf(this as never).map((d) => [d.name, d]));
  },
  get names(): readonly string[] {
    return dimsOf(this as never).map((d) => d.name);
  },
};

/**
 * Whether a value is a traced tensor.
 *
 * @example
 * const count = leavesOf(params, isTensor).length;
 */
export function isTensor(value: unknown): value is AnyTensor {
  return typeof value === "object" && value !== null && brand in value;
}

/** Which value a tensor stands for, without what users see of it. */
export type End = Pick<AnyTensor, "~node" | "~result">;

/** What a tensor is: its dims in their order of storage, its dtype and what it rests as. */
export function typeOf(tensor: End): Typed {
  return tensor["~node"].results[tensor["~result"]]!;
}

/** The dims of a tensor in its order of storage. */
export function dimsOf(tensor: End): readonly Dimension[] {
  return typeOf(tensor).dims;
}

/** Result number `result` of a node, for what only asks which value it is. */
export function endOf(node: Node, result: number): End {
  return { "~node": node, "~result": result };
}

/** The value that is result number `result` of a node. */
export function tensorOf(node: Node, result: number): AnyTensor {
  const { dtype } = node.results[result]!;
  return {
    __proto__: traits,
    dtype,
    "~node": node,
    "~result": result,
  } as unknown as AnyTensor;
}
