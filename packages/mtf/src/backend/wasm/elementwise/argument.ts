/** An argument of a function: a constant, or an operand with its place among the op's operands. */
export type Argument = { readonly constant: number } | { readonly operand: number };
