import type { Attributes } from "../../graph/kinds.ts";

/** Whether elements of operands are added up, however many these are. */
export function addsUp({ fn, scalars }: Attributes["elementwise"]): boolean {
  return fn === "add" && scalars.every((scalar) => scalar === null);
}
