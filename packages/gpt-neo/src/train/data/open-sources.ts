import { stat } from "node:fs/promises";
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
import type { TokenizerSource } from "../../tokenizer/index.ts";
import { cachedIds } from "./cache.ts";

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
  /** Ends the reading by its reason; what is tokenized into the cache by then stays there. */
  readonly signal?: AbortSignal | undefined;
}

/** Reading so many bytes again takes a second or two: no cache for them. */
const smallBytes = 16e6;

/**
 * Opens files, folders and patterns as streams of ids that are read at random. Files of ids are read
 * where they lie, each a stream; all others are one stream, read from the cache where they are large.
 *
 * @throws MtfError as `dataFiles` and `readIds`; `bad-file` if the cache cannot be written
 */
export async function openSources(
  paths: readonly string[],
  vocabulary: Vocabulary,
  options: OpenOptions,
): Promise<readonly TokenSource[]> {
  const { endOfText, read = {} } = options;
  const opened: TokenSource[] = [];
  try {
    const rest: DataFile[] = [];
    for (const file of await dataFiles(paths, read.inputFormat, read)) {
      const source = await openInPlace(file, { size: vocabulary.size, endOfText });
      if (source) opened.push(source);
      else rest.push(file.format === "bin" ? { ...file, file: pairOf(file.file).bin } : file);
    }
    if (rest.length > 0) opened.push(await openRest(rest, vocabulary, options));
    return opened;
  } catch (error) {
    for (const source of opened) source.close();
    throw error;
  }
}

async function openRest(
  files: readonly DataFile[],
  vocabulary: Vocabulary,
  options: OpenOptions,
): Promise<TokenSource> {
  const { endOfText, source, read, cache } = options;
  const { size } = vocabulary;
  if (source && cache !== undefined && (await bytesOf(files)) > smallBytes) {
    const file = await cachedIds(files, source, { ...options, cache, read });
    const cached = await openInPlace({ file, format: "bin" }, { size, endOfText });
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
export function openDocuments(
  documents: Documents,
  vocabulary: Vocabulary,
  options: OpenOptions,
): Promise<TokenSource> {
  const parts = documentParts(documents, vocabulary.size);
  return stored(inIds(parts, vocabulary), vocabulary, options);
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
