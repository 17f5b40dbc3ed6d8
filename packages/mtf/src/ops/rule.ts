import type { Attributes, Kind } from "../graph/kinds.ts";
import type { NodeOf } from "../graph/node.ts";
import type { AnyTensor } from "../graph/tensor.ts";

/** A cotangent: the gradient of the final scalar with respect to a value; absent where it is 0. */
export type Cotangent = AnyTensor | undefined;

/** What ops that hold a graph of their own need for their gradient. */
export interface Backward {
  /** The cotangents of inputs from those of outputs computed from them, through nodes' gradients. */
  readonly vjp: (
    outputs: readonly AnyTensor[],
    inputs: readonly AnyTensor[],
    cotangents: readonly Cotangent[],
  ) => readonly Cotangent[];
  /** Whether an operand's cotangent is of use; others may be absent. */
  readonly wanted: (operand: AnyTensor) => boolean;
}

/** Everything the library knows of one kind of op, beside its kernels. */
export interface Rule<K extends Kind> {
  /**
   * The cotangents of the operands, made of ops, from those of the results; absent for operands
   * that the results do not depend on smoothly. "expand": through the primitives of `expand`.
   */
  readonly gradient:
    | ((
        node: NodeOf<K>,
        cotangents: readonly Cotangent[],
        backward: Backward,
      ) => readonly Cotangent[])
    | "expand";
  /** Where the elements of its results come from. */
  readonly elements: ElementSource;
  /**
   * What its results hold where an operand's slice is empty, if kernels need not be asked; "first": the
   * first operand's elements, where another's slice is empty.
   */
  readonly empty:
    | "computed"
    | "first"
    | Neutral
    | ((attributes: Attributes[K], result: number) => Neutral);
  /** How it may be split over devices. */
  readonly partition: (node: NodeOf<K>) => Partition;
  /** The same results from primitive ops; composites have it. */
  readonly expand?: (node: NodeOf<K>) => readonly AnyTensor[];
  /** Floating-point operations of the whole op; default: one for each element it reads or makes. */
  readonly flops?: (node: NodeOf<K>) => number;
  /** Elements that the whole op reads and makes, of 4 bytes; default: all of its operands and results. */
  readonly touches?: (node: NodeOf<K>) => number;
}

/**
 * Where the elements of results come from:
 * - `alike`: from the operands' elements at the same index, so that results may take the memory of
 *   an operand that is given up, and rest as operands do
 * - `overwritten`: they are those of the first operand, some written over, so that the result may
 *   take its memory where it is given up, and rest as it does
 * - `rows`: from the operands' rows along one dim, a row from the same ones, so that a result may take the
 *   memory of an operand that is given up
 * - `moved`: they are those of one operand, further along one dim, so that the other dims may rest
 *   as the result's do
 * - `viewed`: they are those of one operand, where they lie, under other dims
 * - `mixed`: anything else
 */
export type ElementSource = "alike" | "overwritten" | "rows" | "moved" | "viewed" | "mixed";

/** What a reduction of nothing gives: a sum is 0, the largest is the least number there is. */
export type Neutral = "zero" | "least" | "greatest";

/**
 * How an op may be split. It runs over the union of its operands' and results' dims. A device can
 * compute its part from slices of the operands wherever an assignment of axes to these dims, each
 * axis to one dim at most, cuts every operand and result alike. A result that lacks a dim cut by an
 * axis holds only this device's share of it: `combine` says how the shares make the whole.
 */
export interface Partition {
  /** Dims that a device must hold whole. */
  readonly whole?: readonly string[];
  /** A dim that may be cut only by as many devices as divide all of these sizes. */
  readonly even?: { readonly dim: string; readonly sizes: readonly number[] };
  /** How shares of results are combined; default sum. */
  readonly combine?: "sum" | "max" | "min";
  /**
   * Which operands may come as partial sums, each of them still owing over the same axes: the
   * results then are partial sums over these axes, too. Each entry is a set of operands that owe
   * while the others are whole. `mul(a, b)` has [[0], [1]]: linear in a for a fixed b and in b for a
   * fixed a, but (a + a')(b + b') is not ab + a'b'. `sub(a, b)` has [[0, 1]]: (a + a') - (b + b') is
   * (a - b) + (a' - b'), but where only a owes, b would be subtracted once for each of its terms. Nor may what the terms are
   * multiplied with be infinite: (2 - 1) ∞ is ∞, but 2 ∞ - 1 ∞ is NaN. So a product has [0] only
   * where b is known to hold no infinity, and a quotient only where its divisor is a number.
   */
  readonly linear?: readonly (readonly number[])[];
  /** Dims of operands that go by another name in the results: old to new. */
  readonly alias?: Readonly<Record<string, string>>;
  /**
   * Where `dim` is cut: element i of the result along it is element i + offset of that operand
   * which has it, else `fill`.
   */
  readonly move?: {
    readonly dim: string;
    readonly offsets: readonly number[];
    readonly fill: number;
  };
  /**
   * The dim of windows. Where it is cut, devices have windows of their own, and exchange no more than
   * what these share with neighbours'.
   */
  readonly windows?: string;
}

/** A rule for every kind: the compiler refuses a kind without one. */
export type Rules = { readonly [K in Kind]: Rule<K> };
