import { existsSync, statSync } from "node:fs";
import { sentenceOf } from "mtf/files";
import type { DataFile, GrowingIds, TokenSource } from "../../data/index.ts";
import { typeForVocabulary } from "../../data/mmididx/dtypes.ts";
import { asTheyStand } from "../../data/pieces.ts";
import { type InPlaceOptions, readAtRandom } from "../../data/read-at-random.ts";
import { growingBin } from "../../tokenize/bin-sink.ts";
import { makeTokenizer, type TokenizerSource } from "../../tokenizer/index.ts";
import { type CacheOptions, cachedIds, placeInCache, prefixIn } from "./cache.ts";

/** Ids of files that a cache gets in the background. */
export interface GrowingCache extends GrowingIds {
  /** Stops, and keeps what is there for the next run. */
  close(): Promise<void>;
}

interface Waiting {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Tokenizes files into a cache in the background, from the first to the last: those that can only be
 * read from their beginning. Ids are read where they are written, as soon as they are there.
 *
 * @throws MtfError, where ids are waited for, as `cachedIds`
 */
export async function openGrowingIds(
  files: readonly DataFile[],
  tokenizer: TokenizerSource,
  vocabulary: InPlaceOptions,
  options: Omit<CacheOptions, "signal" | "inBackground">,
): Promise<GrowingCache> {
  const type = typeForVocabulary(makeTokenizer(tokenizer).vocabSize);
  const place = await placeInCache(files, tokenizer, options);
  const part = growingBin(prefixIn(place));
  const stop = new AbortController();
  let reader: TokenSource | undefined;
  let there = 0;
  let count = Number.POSITIVE_INFINITY;
  let failure: { readonly error: unknown } | undefined;
  let waiting: Waiting[] = [];
  const open = (file: string, sums?: Uint32Array): TokenSource =>
    readAtRandom(file, type, asTheyStand(Number.POSITIVE_INFINITY), { ...vocabulary, sums });
  const look = (file: string): void => {
    if (!existsSync(file)) return;
    there = Math.floor(statSync(file).size / type.bytes);
    reader ??= open(file);
  };
  const settle = (): void => {
    const before = waiting;
    waiting = [];
    for (const one of before) {
      if (one.count <= there || there === count) one.resolve();
      else if (failure) one.reject(failure.error);
      else waiting.push(one);
    }
  };
  const made = cachedIds(files, tokenizer, {
    ...options,
    signal: stop.signal,
    inBackground: true,
    onTokenize(progress) {
      options.onTokenize?.(progress);
      look(part);
      settle();
    },
  })
    .then(
      ({ file, sums }) => {
        // From here on it is compared with its checksums.
        reader?.close();
        reader = open(file, sums);
        look(file);
        count = there;
      },
      (error: Error) => {
        failure = { error };
        if (stop.signal.aborted) return;
        options.note?.(`${sentenceOf(error).replace(/\.$/, "")}: the run ends where it gets there`);
      },
    )
    .then(settle);
  return {
    source: {
      length: Number.POSITIVE_INFINITY,
      read: (begin, into) => reader!.read(begin, into),
      close: () => reader?.close(),
    },
    count: () => count,
    until: (wanted) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ count: wanted, resolve, reject });
        settle();
      }),
    async close() {
      stop.abort();
      await made;
      reader?.close();
    },
  };
}
