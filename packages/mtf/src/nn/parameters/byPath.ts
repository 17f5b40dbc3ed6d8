import { arrayArgument, wrongArgument } from "../../arguments.ts";
import type { DType } from "../../dtype.ts";
import { isTensor, type Tensor } from "../../graph/tensor.ts";
import { mapLeaves } from "../../tree.ts";
import { type Initializer, isParameter, type Parameter } from "./parameter.ts";

/** A tree with a value in the place of each tensor and each parameter. */
export type InPlaces<T, Value> =
  T extends Tensor<infer _, DType>
    ? Value
    : T extends Parameter<infer _>
      ? Value
      : { readonly [K in keyof T]: InPlaces<T[K], Value> };

/** What belongs to leaves in whose path a regular expression is found. */
export type PathRules<Value> = readonly (readonly [path: RegExp, value: Value])[];

/**
 * A value for each tensor or parameter of a tree: that of the first regular expression that is found in
 * its path, such as `h/0/attn/bias`. It tells rates, decays and masks of weights.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const rates = byPath(params, [[/^down/, 0.1]], 1); // { up: 1, down: 0.1 }
 */
export function byPath<T, Value>(
  tree: T,
  rules: PathRules<Value>,
  otherwise: Value,
): InPlaces<T, Value> {
  requireRules("byPath", rules);
  const isLeaf = (value: unknown): value is object => isTensor(value) || isParameter(value);
  return mapLeaves(tree, isLeaf, (_, path) => found(rules, path, otherwise)) as never;
}

/**
 * Parameters that begin as something else: each as says the first regular expression that is found in
 * its path, such as `h/0/attn/bias`, and as before where none is.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const layer = beginningAs(denseParams([embd], [hidden]), [[/bias$/, constantly(0.1)]]);
 */
export function beginningAs<T>(params: T, rules: PathRules<Initializer>): T {
  requireRules("beginningAs", rules);
  return mapLeaves(params, isParameter, (own, path) => {
    return { ...own, initial: found(rules, path, own.initial) };
  }) as T;
}

function found<Value>(rules: PathRules<Value>, path: string, otherwise: Value): Value {
  const rule = rules.find(([pattern]) => path.search(pattern) >= 0);
  return rule ? rule[1] : otherwise;
}

function requireRules(op: string, rules: unknown): void {
  const takes = "an array of [regular expression, value]";
  for (const [i, rule] of arrayArgument(op, "rules", rules, takes).entries()) {
    if (Array.isArray(rule) && rule[0] instanceof RegExp) continue;
    throw wrongArgument(op, `rules[${i}]`, takes.slice("an array of ".length), rule);
  }
}
