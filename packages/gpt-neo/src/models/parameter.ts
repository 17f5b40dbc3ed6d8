import type { AnyTensor, Dimension, NamesOf, Scalar } from "mtf";
import type { Matrix } from "./initial-spread.ts";

/** How a parameter begins: matrices normal, with a spread that depends on which one it is; others alike. */
export type Begin = Matrix | number;

/** One parameter as an architecture declares it. */
export interface Parameter<Names extends string = string> {
  /** Hugging Face's name: `transformer.h.0.attn.attention.q_proj.weight`. */
  readonly name: string;
  /** In the order of files; dims in a list are one dim there. */
  readonly dims: readonly (Dimension<Names> | readonly Dimension<Names>[])[];
  readonly begin: Begin;
}

/** A tree of parameters as it is declared, in place of tensors. */
export type Declared<Tensors> = Tensors extends AnyTensor | Scalar
  ? Parameter<NamesOf<Tensors>>
  : { readonly [Key in keyof Tensors]: Declared<Tensors[Key]> };

/** A matrix, or a table. */
export function matrix<Names extends string>(
  name: string,
  dims: readonly (Dimension<Names> | readonly Dimension<Names>[])[],
  begin: Matrix,
): Parameter<Names> {
  return { name, dims, begin };
}

/** What is added: it begins at 0. */
export function bias<Names extends string>(
  name: string,
  ...dims: readonly (Dimension<Names> | readonly Dimension<Names>[])[]
): Parameter<Names> {
  return { name, dims, begin: 0 };
}

/** What is multiplied by: it begins at 1. */
export function gain<Names extends string>(name: string, dim: Dimension<Names>): Parameter<Names> {
  return { name, dims: [dim], begin: 1 };
}

/** A number by itself. */
export function scalar(name: string, begin: number): Parameter<never> {
  return { name, dims: [], begin };
}

export function isParameter(value: unknown): value is Parameter {
  return typeof value === "object" && value !== null && "begin" in value && "dims" in value;
}

/** All dims of a parameter, one after the other. */
export function flatDims({ dims }: Parameter): readonly Dimension[] {
  return dims.flat() as readonly Dimension[];
}
