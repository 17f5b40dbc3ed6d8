/** What is to be said of what all names began with; nothing where that is nothing. */
export function prefixNote(prefix: string): readonly string[] {
  return prefix === ""
    ? []
    : [`weights: the names of all tensors begin with ${prefix}, which is left out`];
}
