/** As many words are kept before the store starts afresh, of at most this length each. */
const most = 100_000;
const longest = 64;

/**
 * An encoder of words that remembers what they came to: words of a text repeat.
 *
 * @returns a function that puts the ids of a word behind others
 * @example
 * const append = rememberWords((word) => mergeWord(word, ranks));
 * for (const word of splitWords(text)) append(word, ids);
 */
export function rememberWords(
  encode: (word: string) => ArrayLike<number>,
): (word: string, ids: number[]) => void {
  // Most words are one token: a number by itself is found without going on to a list.
  const known = new Map<string, number | ArrayLike<number>>();
  const make = (word: string): number | ArrayLike<number> => {
    const made = encode(word);
    const found = made.length === 1 ? made[0]! : made;
    if (known.size >= most) known.clear();
    if (word.length <= longest) known.set(word, found);
    return found;
  };
  return (word, ids) => {
    const found = known.get(word) ?? make(word);
    if (typeof found === "number") ids.push(found);
    else for (let i = 0; i < found.length; i++) ids.push(found[i]!);
  };
}
