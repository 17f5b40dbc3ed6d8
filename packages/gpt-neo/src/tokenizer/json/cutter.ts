import { lastBorder } from "../split.ts";
import type { TokenizerFile } from "./file.ts";

/** Cuts a text that comes in parts where its pieces can be encoded one by one. */
export interface Cutter {
  /** As much as is sure to end at a border; the rest is held back. */
  push(text: string): string;
  end(): string;
}

/** The cutter for a tokenizer's added tokens. */
export function cutterFor(file: TokenizerFile, special: boolean): Cutter {
  const added = file.added.filter((token) => special || !token.special);
  // A border lies before white space: only tokens with some inside or around can go across it.
  const across = added.filter(
    ({ content, lstrip, rstrip }) => lstrip || rstrip || /\S\s/u.test(content),
  );
  const longest = across.reduce((most, { content }) => Math.max(most, content.length), 0);
  // Normal forms change how long a token is in the text; none makes it eighteen times longer.
  const reach = across.some((token) => token.normalized) ? longest * 18 : longest;
  const contents = across.map(({ content }) => content);
  const endsInToken = tokenEnds(file, added);
  let held = "";
  return {
    push(text) {
      const searched = reach > 0 ? 0 : Math.max(0, held.length - 2);
      held += text;
      const cut = safeCut(held, searched, (at) => {
        const near = held.slice(Math.max(0, at - reach), at + reach);
        // One that is there, whole, near the border; or the border is so near the end that one may come.
        const free = at + reach <= held.length && !contents.some((one) => near.includes(one));
        return (reach === 0 || free) && !endsInToken(held, at);
      });
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return ready;
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/**
 * Whether the text before a place may end in an added token. Where a space is put before what
 * follows a token, what follows must not be encoded as if a word went on.
 */
function tokenEnds(
  { cuts, normalForms }: TokenizerFile,
  added: TokenizerFile["added"],
): (text: string, at: number) => boolean {
  const prefixSpace = cuts.some((cut) => cut.kind === "byte-level" && cut.prefixSpace);
  if (!prefixSpace || added.length === 0) return () => false;
  const normalise = (text: string): string =>
    normalForms.reduce((normal, form) => normal.normalize(form), text);
  const ends = added.flatMap(({ content }) => [content, normalise(content)]);
  const longest = Math.max(...ends.map((end) => end.length)) * (normalForms.length > 0 ? 18 : 1);
  return (text, at) => {
    const tail = text.slice(Math.max(0, at - longest), at);
    const normal = normalise(tail);
    return ends.some((end) => tail.endsWith(end) || normal.endsWith(end));
  };
}

/**
 * The last border that is usable.
 *
 * @param searched text before it is known to have none
 */
function safeCut(text: string, searched: number, usable: (cut: number) => boolean): number {
  let cut = lastBorder(text, searched);
  while (cut > 0 && !usable(cut)) cut = lastBorder(text.slice(0, cut - 1), searched);
  return cut;
}
