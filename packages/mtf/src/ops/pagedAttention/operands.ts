/** What attention to blocks reads, by what it is: tensors, their slices, or where they lie. */
export interface PagedOperands<X> {
  readonly query: X;
  readonly keys: X;
  readonly values: X;
  readonly table: X;
  readonly before: X;
  readonly counts: X;
}

/** Operands in the order of the op's kind. */
export function pagedOf<X>([
  query,
  keys,
  values,
  table,
  before,
  counts,
]: readonly X[]): PagedOperands<X> {
  return {
    query: query!,
    keys: keys!,
    values: values!,
    table: table!,
    before: before!,
    counts: counts!,
  };
}
