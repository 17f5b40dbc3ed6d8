import * as mtf from "mtf";
import { flashAttention, maskedAttention, pagedAttention } from "mtf/nn";

export type Name = keyof typeof mtf | "flashAttention" | "maskedAttention" | "pagedAttention";

/** The functions of the library by name, for programs that are data. */
export const library = {
  ...mtf,
  flashAttention,
  maskedAttention,
  pagedAttention,
} as unknown as Readonly<Record<Name, (...given: readonly unknown[]) => unknown>>;
