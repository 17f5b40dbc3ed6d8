import { stat } from "node:fs/promises";
import {
  type ChunkedText,
  type Crew,
  type CutFile,
  openChunkedText,
  openChunkStore,
} from "../../chunked-text/index.ts";
import { unpackedName } from "../../data/bytes/index.ts";
import {
  type DataFile,
  type Documents,
  dataFiles,
  documentParts,
  type FillProgress,
  fill,
  inIds,
  openInPlace,
  pairOf,
  type ReadOptions,
  readIds,
  type StoreOptions,
  type TokenPart,
  type TokenSource,
  tokenStore,
  type Vocabulary,
} from "../../data/index.ts";
import { isPipe } from "../../data/pipe.ts";
import type { Start } from "../../tokenize/messages.ts";
import type { Tokenizer, TokenizerSource } from "../../tokenizer/index.ts";
import { cachedIds, keyOf, taskOf } from "./cache.ts";
import { type ContentKey, idsKey } from "./content-key.ts";
import { type GrowingCache, openGrowingIds } from "./growing-ids.ts";

export interface OpenOptions extends Omit<StoreOptions, "below"> {
  readonly endOfText: number;
  readonly read?: ReadOptions | undefined;
  /** What threads make the tokenizer of. */
  readonly source?: TokenizerSource | undefined;
  /** The folder that keeps the ids of text for the next run; without one nothing is kept. */
  readonly cache?: string | undefined;
  /** Told while data are read. */
  readonly onProgress?: ((read: FillProgress) => void) | undefined;
  /** Told while data are tokenized into the cache. */
  readonly onTokenize?: ((read: FillProgress) => void) | undefined;
  readonly note?: ((line: string) => void) | undefined;
  /** Gives the threads that tokenize much text by the chunk; without it all is tokenized before. */
  readonly crew?: ((start: Start, tokenizer: Tokenizer) => Crew) | undefined;
  /** Told while steps wait for files that are tokenized meanwhile; without it all of them are before. */
  readonly onGrowing?: ((read: FillProgress) => void) | undefined;
  /** Bytes of a chunk. */
  readonly chunkBytes?: number | undefined;
  /** Told when a chunk is tokenized, or found. */
  readonly onReady?: (() => void) | undefined;
  /** Ends the reading by its reason; what is tokenized into the cache by then stays there. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What files and folders are: streams of ids, and text that is tokenized by the chunk; or nothing but ids
 * that come one after the other.
 */
export interface Opened {
  readonly sources: readonly TokenSource[];
  readonly text?: ChunkedText | undefined;
  readonly growing?: GrowingText | undefined;
  /** What tells documents from others, which have no files to tell them. */
  readonly content?: ContentKey | undefined;
}

/** Text that can only be read from its beginning, and is while steps are taken. */
export interface GrowingText {
  readonly ids: GrowingCache;
  /** Ids of a chunk. */
  readonly chunk: number;
  /** Of the files as they are packed. */
  readonly bytes: number;
}

/** Half a megabyte or so of text: it is tokenized in a moment, and kept in a file of its own. */
const usualChunk = 1 << 19;

/** Reading so many chunks again takes a second or two: no cache for less, and no chunks. */
const fewChunks = 32;

/** Of text, about. */
const bytesOfToken = 4;

/**
 * Text that can only be read from its beginning is shuffled best when all of it is there. For so many
 * chunks, as they are packed, that is waited for: a minute, perhaps.
 */
const someChunks = 128;

/**
 * Opens files, folders and patterns as streams of ids that are read at random. Files of ids are read
 * where they lie, each a stream; all others are one stream, read from the cache where they are large.
 * With a crew, much text that is not packed is no stream, but chunks that it tokenizes. Much text that is
 * packed, or in a format that has to be read from its beginning, comes as it is tokenized, if there is
 * nothing beside it.
 *
 * @throws MtfError as `dataFiles` and `readIds`; `bad-file` if the cache cannot be written
 */
export async function openSources(
  paths: readonly string[],
  vocabulary: Vocabulary,
  options: OpenOptions,
): Promise<Opened> {
  const { endOfText, read = {} } = options;
  const opened: TokenSource[] = [];
  try {
    let rest: DataFile[] = [];
    for (const file of await dataFiles(paths, read.inputFormat, read)) {
      const source = await openInPlace(file, { size: vocabulary.size, endOfText });
      if (source) opened.push(source);
      else rest.push(file.format === "bin" ? { ...file, file: pairOf(file.file).bin } : file);
    }
    const cut = options.crew ? await cutFiles(rest) : [];
    const text = await openText(cut, vocabulary, options);
    const alone = opened.length === 0 && !text;
    const growing = alone ? await openGrowing(rest, vocabulary, options) : undefined;
    if (growing) return { sources: [], growing };
    if (text) rest = rest.filter(({ file }) => !cut.some((one) => one.file === file));
    if (rest.length > 0) opened.push(await openRest(rest, vocabulary, options));
    return { sources: opened, text };
  } catch (error) {
    for (const source of opened) source.close();
    throw error;
  }
}

/** Much text, to be tokenized by the chunk; undefined if it is little, or cannot be. */
async function openText(
  files: readonly CutFile[],
  { size, tokenizer }: Vocabulary,
  { crew, cache, source, endOfText, read, chunkBytes = usualChunk, ...telling }: OpenOptions,
): Promise<ChunkedText | undefined> {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= fewChunks * chunkBytes || !crew || !source || !tokenizer) return undefined;
  const textKey = read?.textKey;
  const settings = { endOfText, textKey: textKey ?? null, chunkBytes };
  const store =
    cache === undefined
      ? undefined
      : await openChunkStore(cache, keyOf(await taskOf(files, source, settings)));
  const named = files.length === 1 ? files[0]!.file : `${files.length} files`;
  const threads = crew({ tokenizer: source, textKey, endOfText }, tokenizer);
  return openChunkedText(files, {
    ...telling,
    named,
    endOfText,
    size,
    crew: threads,
    store,
    chunkBytes,
  });
}

/** Files whose text lies there as it is, so that any part of it can be read by itself. */
async function cutFiles(files: readonly DataFile[]): Promise<readonly CutFile[]> {
  const found: CutFile[] = [];
  for (const { file, format } of files) {
    if (format !== "txt" && format !== "jsonl") continue;
    if (unpackedName(file) !== file || (await isPipe(file))) continue;
    const is = await stat(file).catch(() => undefined);
    // Whoever reads it says what is wrong.
    if (is?.isFile()) found.push({ file, format, size: is.size });
  }
  return found;
}

/** Much text, to be tokenized from its beginning; undefined if it is little, or would be kept nowhere. */
async function openGrowing(
  files: readonly DataFile[],
  { size }: Vocabulary,
  options: OpenOptions,
): Promise<GrowingText | undefined> {
  const { cache, source, endOfText, onGrowing, chunkBytes = usualChunk } = options;
  if (!onGrowing || !source || cache === undefined) return undefined;
  const bytes = await bytesOf(files);
  if (bytes <= someChunks * chunkBytes) return undefined;
  const kept = { ...options, cache, onTokenize: onGrowing };
  const ids = await openGrowingIds(files, source, { size, endOfText }, kept);
  return { ids, chunk: chunkBytes / bytesOfToken, bytes };
}

async function openRest(
  files: readonly DataFile[],
  vocabulary: Vocabulary,
  options: OpenOptions,
): Promise<TokenSource> {
  const { endOfText, source, read, cache } = options;
  const { size } = vocabulary;
  if (source && cache !== undefined && (await bytesOf(files)) > fewChunks * usualChunk) {
    const { file, sums } = await cachedIds(files, source, { ...options, cache, read });
    const cached = await openInPlace({ file, format: "bin" }, { size, endOfText, sums });
    if (cached) return cached;
  }
  const paths = files.map(({ file }) => file);
  return stored(readIds(paths, vocabulary, read), vocabulary, options);
}

/**
 * Reads documents of a program as a stream of ids that is read at random.
 *
 * @throws MtfError as `documentParts` and `inIds`
 */
export async function openDocuments(
  documents: Documents,
  vocabulary: Vocabulary,
  options: OpenOptions,
): Promise<Opened> {
  const { parts, content } = idsKey(inIds(documentParts(documents, vocabulary.size), vocabulary));
  const source = await stored(parts, vocabulary, options);
  return { sources: [source], content: content() };
}

async function stored(
  parts: AsyncIterable<TokenPart>,
  { size }: Vocabulary,
  options: OpenOptions,
): Promise<TokenSource> {
  const { endOfText, signal } = options;
  const store = tokenStore({ ...options, below: Math.max(size, endOfText + 1) });
  const onProgress = (read: FillProgress): void => {
    signal?.throwIfAborted();
    options.onProgress?.(read);
  };
  try {
    await fill([store], parts, { endOfText, validation: 0, onProgress });
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

async function bytesOf(files: readonly DataFile[]): Promise<number> {
  let bytes = 0;
  for (const { file } of files) {
    bytes += await stat(file).then(
      ({ size }) => size,
      // Whoever reads it says what is wrong.
      () => 0,
    );
  }
  return bytes;
}
