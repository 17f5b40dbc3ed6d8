import * as mtf from "mtf";
import { flashAttention } from "mtf/nn";

export type Name = keyof typeof mtf | "flashAttention";

/** The functions of the library by name, for programs that are data. */
export const library = { ...mtf, flashAttention } as unknown as Readonly<
  Record<Name, (...given: readonly unknown[]) => unknown>
>;
