import type { AddedToken } from "./added-token.ts";

/** A piece of text: one of the added tokens, or what lies between them. */
export type Piece =
  | { readonly kind: "token"; readonly id: number; readonly start: number; readonly end: number }
  | { readonly kind: "text"; readonly start: number; readonly end: number };

/** White space as Rust's `\s` has it, which is Unicode's. */
export const space =
  "\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const spacesAtEnd = new RegExp(`[${space}]+$`, "u");
const spacesAtStart = new RegExp(`^[${space}]+`, "u");
const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/**
 * Finds added tokens in a text: the leftmost first, of those that start together the longest.
 *
 * @param contentOf how a token is written in the text, which may have been normalised
 */
export function finderOf(
  tokens: readonly AddedToken[],
  contentOf: (token: AddedToken) => string,
): (text: string) => Generator<Piece> {
  if (tokens.length === 0) return wholeText;
  const byContent = new Map(tokens.map((token) => [contentOf(token), token]));
  const contents = [...byContent.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(contents.map(escaped).join("|"), "gu");

  return function* find(text) {
    let done = 0;
    for (const match of text.matchAll(pattern)) {
      const token = byContent.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      // One that a stripped neighbour has taken the beginning of.
      if (start < done) continue;
      if (token.singleWord && (inWord(text, start, wordAtEnd) || inWord(text, end, wordAtStart))) {
        continue;
      }
      if (token.lstrip) {
        start -= spacesAtEnd.exec(text.slice(done, start))?.[0].length ?? 0;
      }
      if (token.rstrip) end += spacesAtStart.exec(text.slice(end))?.[0].length ?? 0;
      if (done < start) yield { kind: "text", start: done, end: start };
      yield { kind: "token", id: token.id, start, end };
      done = end;
    }
    if (done < text.length) yield { kind: "text", start: done, end: text.length };
  };
}

function* wholeText(text: string): Generator<Piece> {
  if (text !== "") yield { kind: "text", start: 0, end: text.length };
}

function inWord(text: string, at: number, pattern: RegExp): boolean {
  return pattern.test(pattern === wordAtEnd ? text.slice(0, at).slice(-2) : text.slice(at, at + 2));
}

/** With the flag `u`, a pattern may only escape what needs it. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (c) => (c === "-" ? "\\x2d" : `\\${c}`));
}
