/**
 * White space as Unicode defines it and GPT-2's pattern means it. JavaScript's `\s` has U+FEFF,
 * which is none, and lacks U+0085, which is.
 */
const space = "\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const words = new RegExp(
  "'s|'t|'re|'ve|'m|'ll|'d" +
    "| ?\\p{L}+| ?\\p{N}+" +
    `| ?[^${space}\\p{L}\\p{N}]+` +
    `|[${space}]+(?![^${space}])|[${space}]+`,
  "gu",
);

/** The words of a text as GPT-2 cuts it, before any merge; together they are the text. */
export function splitWords(text: string): readonly string[] {
  return text.match(words) ?? [];
}

const border = new RegExp(`[^${space}][${space}]`, "gu");

/**
 * The last place where a text may be cut such that its parts, encoded one by one, give the ids of
 * the whole: before a white space that follows something else. No word goes across it, whatever
 * comes after. 0 where there is none.
 *
 * @param from where to begin: text before it is known to have none
 */
export function lastBorder(text: string, from = 0): number {
  // Seldom is a border further back than a long word; if it is, all of the text is looked at.
  for (const begin of [Math.max(from, text.length - 256), from]) {
    let last = 0;
    for (const { index, 0: pair } of text.slice(begin).matchAll(border)) {
      last = begin + index + pair.length - 1;
    }
    if (last > 0) return last;
  }
  return 0;
}

/** The places, in their order, where a text may be cut as of `lastBorder`. */
export function* bordersIn(text: string): Generator<number> {
  for (const { index, 0: pair } of text.matchAll(border)) yield index + pair.length - 1;
}

/** The words of so many characters are gone before a collector of garbage looks for them. */
const pieceLength = 1 << 13;

/**
 * A text in pieces of which no word goes from one into the next: words of all of a long text at once
 * would take far more memory than the text.
 *
 * @example
 * [...piecesOf("a few words", 6)]; // "a few", " words"
 */
export function* piecesOf(text: string, length: number = pieceLength): Generator<string> {
  let begin = 0;
  for (let size = length; begin + size < text.length; ) {
    const cut = lastBorder(text.slice(begin, begin + size));
    if (cut === 0) size *= 2;
    else {
      yield text.slice(begin, begin + cut);
      begin += cut;
      size = length;
    }
  }
  yield text.slice(begin);
}
