/** What there is to say of a text that ended because the model sees no more. */
export function fullNote(
  { context }: { readonly context: number },
  text: { readonly ids: number; readonly made: number },
  most: number,
): readonly string[] {
  const full = text.ids === context && text.made < most;
  return full ? [`the text is as long as the model sees, ${context} ids: --slide goes on`] : [];
}
