import type { Index } from "./format.ts";

/** The names of the files that hold a checkpoint's parts. */
export function filesIn({ tensors }: Pick<Index, "tensors">): readonly string[] {
  return [...new Set(Object.values(tensors).flatMap(({ parts }) => parts.map(({ file }) => file)))];
}
