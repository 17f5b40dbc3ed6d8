import { byteLetters } from "./byte-letters.ts";
import { byteLevelFile, idsOfTokens } from "./byte-level-file.ts";
import { heapOf } from "./heap.ts";
import { splitWords } from "./split.ts";
import { endOfTextToken } from "./tokenizer.ts";

export interface TrainOptions {
  /** Tokens in all: the special one, 256 bytes, and merges. */
  readonly vocabSize: number;
  /** Pairs seen less often are not merged; 2 by default. */
  readonly minFrequency?: number;
}

/** How often each word of the texts is there. */
export type WordCounts = Map<string, number>;

/**
 * Counts the words of a text, which may be a part that ends at a border.
 *
 * @example
 * const counts: WordCounts = new Map();
 * for await (const text of texts) countWords(text, counts);
 */
export function countWords(text: string, counts: WordCounts): void {
  for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
}

/**
 * Makes a byte-level BPE out of counted words: joins the pair of tokens that is seen most often,
 * again and again. Ties go to the pair of the lowest ids, so the same texts give the same tokens, the
 * ones that Hugging Face's trainer gives.
 *
 * @returns the text of a `tokenizer.json`; it has fewer tokens than asked for if words run out
 * @example
 * await writeFile("tokenizer.json", trainTokenizer(counts, { vocabSize: 4096 }));
 */
export function trainTokenizer(counts: WordCounts, options: TrainOptions): string {
  const { vocabSize, minFrequency = 2 } = options;
  const letters = [...byteLetters].sort();
  const tokens = [endOfTextToken, ...letters];
  const idOf = new Map(letters.map((letter, i) => [letter, i + 1]));
  const words = wordsOf(counts, (byte) => idOf.get(byteLetters[byte]!)!);
  const pairs = pairIndex(words);
  const merges: (readonly [string, string])[] = [];
  while (tokens.length < vocabSize) {
    const best = pairs.best();
    if (!best || best.count < minFrequency) break;
    const { left, right } = best;
    merges.push([tokens[left]!, tokens[right]!]);
    const joined = tokens[left]! + tokens[right]!;
    // Two pairs may spell the same token.
    const into = idOf.get(joined) ?? tokens.length;
    pairs.join(left, right, into);
    if (into === tokens.length) tokens.push(joined);
    idOf.set(joined, into);
  }
  return fileOf(tokens, merges);
}

interface Word {
  tokens: number[];
  readonly count: number;
}

function wordsOf(counts: WordCounts, idOfByte: (byte: number) => number): Word[] {
  const utf8 = new TextEncoder();
  return Array.from(counts, ([word, count]) => ({
    tokens: Array.from(utf8.encode(word), idOfByte),
    count,
  }));
}

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

interface PairIndex {
  /** The pair seen most often; of equal ones that of the lowest ids. */
  best(): Pair | undefined;
  /** Joins a pair in all words. */
  join(left: number, right: number, into: number): void;
}

/** More than any vocabulary has. */
const ids = 2 ** 24;

interface Entry {
  readonly key: number;
  readonly count: number;
}

/** The highest count first, then the lowest ids. */
function precedes(a: Entry, b: Entry): boolean {
  return a.count > b.count || (a.count === b.count && a.key < b.key);
}

/** Counts of all pairs, kept up to date as words change; words are found by the pairs they have. */
function pairIndex(words: readonly Word[]): PairIndex {
  const counts = new Map<number, number>();
  const where = new Map<number, Set<number>>();
  const queue = heapOf(precedes);

  const change = (key: number, by: number, word: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + by);
    if (by < 0) return;
    const found = where.get(key);
    if (found) found.add(word);
    else where.set(key, new Set([word]));
  };
  for (const [index, { tokens, count }] of words.entries()) {
    for (const key of keysOf(tokens)) change(key, count, index);
  }
  for (const [key, count] of counts) queue.push({ key, count });

  return {
    best() {
      // Entries are not removed when counts change, so those that lag behind are put right here.
      for (let top = queue.pop(); top; top = queue.pop()) {
        const count = counts.get(top.key) ?? 0;
        if (count === top.count && count > 0) {
          return { left: Math.floor(top.key / ids), right: top.key % ids, count };
        }
        if (count > 0 && count < top.count) queue.push({ key: top.key, count });
      }
      return undefined;
    },
    join(left, right, into) {
      const pair = left * ids + right;
      const grown = new Set<number>();
      for (const index of where.get(pair) ?? []) {
        const word = words[index]!;
        const joined = joinedTokens(word.tokens, left, right, into);
        if (joined.length === word.tokens.length) continue;
        for (const key of keysOf(word.tokens)) change(key, -word.count, index);
        for (const key of keysOf(joined)) {
          change(key, word.count, index);
          grown.add(key);
        }
        word.tokens = joined;
      }
      counts.delete(pair);
      where.delete(pair);
      for (const key of grown) if (key !== pair) queue.push({ key, count: counts.get(key)! });
    },
  };
}

function* keysOf(tokens: readonly number[]): Generator<number> {
  for (let i = 0; i + 1 < tokens.length; i++) yield tokens[i]! * ids + tokens[i + 1]!;
}

function joinedTokens(tokens: number[], left: number, right: number, into: number): number[] {
  const joined: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      joined.push(into);
      i++;
    } else joined.push(tokens[i]!);
  }
  return joined;
}

function fileOf(tokens: readonly string[], merges: readonly (readonly string[])[]): string {
  const file = byteLevelFile(idsOfTokens(tokens), merges, { endOfText: 0, pattern: true });
  return `${JSON.stringify(file)}\n`;
}
