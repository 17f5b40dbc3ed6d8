/** What attention under a mask reads, by what it is: tensors, their slices, or where they lie. */
export interface MaskedOperands<X> {
  readonly query: X;
  readonly keys: X;
  readonly values: X;
  readonly visible: X;
}

/** Operands in the order of the op's kind. */
export function maskedOf<X>([query, keys, values, visible]: readonly X[]): MaskedOperands<X> {
  return { query: query!, keys: keys!, values: values!, visible: visible! };
}
