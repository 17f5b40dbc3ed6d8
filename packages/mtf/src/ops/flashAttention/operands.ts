import type { Dimension } from "../../dimension.ts";
import type { Attending } from "../../graph/kinds.ts";

/** What attention reads, by what it is: tensors, their slices, or where they lie. */
export interface Attended<X> {
  readonly query: X;
  readonly keys: X;
  readonly values: X;
  /** What is added to products. */
  readonly bias: X | undefined;
  /** The numbers of queries and keys. */
  readonly segments: readonly [own: X, others: X] | undefined;
  /** The key of what is dropped. */
  readonly key: X | undefined;
  /** What follows: what the gradient reads beside. */
  readonly rest: readonly X[];
}

/** Operands in the order of the op's kind. */
export function attendedOf<X>(
  { bias, segments, rate }: Attending,
  [query, keys, values, ...more]: readonly X[],
): Attended<X> {
  const others = bias ? more.slice(1) : more;
  const numbers = segments ? ([others[0]!, others[1]!] as const) : undefined;
  const rest = segments ? others.slice(2) : others;
  const drops = rate > 0;
  return {
    query: query!,
    keys: keys!,
    values: values!,
    bias: bias ? more[0] : undefined,
    segments: numbers,
    key: drops ? rest[0] : undefined,
    rest: drops ? rest.slice(1) : rest,
  };
}

/** The dims of a query's products with keys: those that both have, the query's own, and `over`. */
export function scoreDims(
  { within, over }: Pick<Attending, "within" | "over">,
  query: readonly Dimension[],
  keys: readonly Dimension[],
): readonly Dimension[] {
  const outer = query.filter((d) => d.name !== within);
  const isShared = (d: Dimension) => keys.some(({ name }) => name === d.name);
  const last = keys.find((d) => d.name === over)!;
  return [...outer.filter(isShared), ...outer.filter((d) => !isShared(d)), last];
}
