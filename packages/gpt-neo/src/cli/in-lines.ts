/** Words with commas between, in lines of at most so many letters. */
export function inLines(words: readonly string[], width: number): string {
  let text = "";
  let length = 0;
  for (const [i, word] of words.entries()) {
    const next = i < words.length - 1 ? `${word},` : word;
    const fits = length + 1 + next.length <= width;
    if (i > 0) text += fits ? " " : "\n";
    text += next;
    length = i > 0 && fits ? length + 1 + next.length : next.length;
  }
  return text;
}
