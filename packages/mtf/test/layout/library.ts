import * as mtf from "mtf";

export type Name = keyof typeof mtf;

/** The functions of the library by name, for programs that are data. */
export const library = { ...mtf } as unknown as Readonly<
  Record<Name, (...given: readonly unknown[]) => unknown>
>;
