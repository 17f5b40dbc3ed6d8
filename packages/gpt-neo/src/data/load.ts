import { MtfError } from "mtf";
import { optionsInWords } from "../options-in-words.ts";
import { some } from "../some.ts";
import { type FillProgress, fill } from "./fill.ts";
import type { ReadOptions } from "./read.ts";
import { readIds, type Vocabulary } from "./read-ids.ts";
import { type SampleSet, sampleSet } from "./samples.ts";
import { type StoreOptions, type TokenStore, tokenStore } from "./store.ts";

export interface DataOptions extends Omit<StoreOptions, "below"> {
  /** Predictions a sample. */
  readonly context: number;
  /** The part of the documents held back to validate with; 0 for none. */
  readonly validation: number;
  /** Ends every document, and comes before the first. */
  readonly endOfText: number;
  /** How the files are read. */
  readonly read?: ReadOptions | undefined;
  /** Whether a document's first id is predicted from the end of the one before; true by default. */
  readonly crossDocument?: boolean | undefined;
  /** What errors call the data, where there are more. */
  readonly named?: string | undefined;
  /** Told while data are read. */
  readonly onProgress?: ((read: FillProgress) => void) | undefined;
}

/** Data to train with, cut into samples. */
export interface TrainingData {
  readonly train: SampleSet;
  /** Undefined if none was asked for. */
  readonly validation: SampleSet | undefined;
  /** Ids in all documents, with the ends of text. */
  readonly tokens: number;
  close(): void;
}

/**
 * Reads data to train with. Documents are joined by the end of text; which ones are held back
 * depends on nothing but their number and the fraction. Where whole documents make not even a
 * sample for each side, as with a single one, the last part of all ids is held back instead.
 *
 * @throws MtfError `bad-argument` if there are too few ids for a sample; as `readIds` for bad data
 * @example
 * const data = await loadData(["novel.txt"], { tokenizer, size: 257 }, options);
 */
export async function loadData(
  files: readonly string[],
  vocabulary: Vocabulary,
  options: DataOptions,
): Promise<TrainingData> {
  const below = Math.max(vocabulary.size, options.endOfText + 1);
  const stores = [tokenStore({ ...options, below }), tokenStore({ ...options, below })] as const;
  try {
    const documents = await fill(stores, readIds(files, vocabulary, options.read), options);
    return cut(stores, documents, options);
  } catch (error) {
    for (const store of stores) store.close();
    throw error;
  }
}

type Stores = readonly [train: TokenStore, validation: TokenStore];

function cut([train, held]: Stores, documents: number, options: DataOptions): TrainingData {
  const { context, crossDocument, endOfText, validation } = options;
  const unpredictedAfter = crossDocument === false ? endOfText : undefined;
  const tokens = train.length + held.length - 2;
  const set = (store: TokenStore, begin: number, end: number): SampleSet =>
    sampleSet(store, [begin, end], context, endOfText, { unpredictedAfter });
  let whole = set(train, 1, train.length);
  let part: SampleSet | undefined = set(held, 1, held.length);
  if (validation === 0) part = undefined;
  else if (whole.tokens < context || part.tokens < context) {
    moveAll(held, train);
    const border = train.length - Math.ceil(tokens * validation);
    whole = set(train, 1, border);
    part = set(train, border, train.length);
  }
  if (whole.tokens < context) throw tooShort(tokens, options, documents);
  const close = (): void => {
    train.close();
    held.close();
  };
  return { train: whole, validation: part, tokens, close };
}

/** All ids but the first end of text. There is less than a sample of them, or they are all. */
function moveAll(from: TokenStore, to: TokenStore): void {
  const piece = new Int32Array(1 << 16);
  for (let at = 1; at < from.length; at += piece.length) {
    const ids = piece.subarray(0, Math.min(piece.length, from.length - at));
    from.read(at, ids);
    to.append(ids);
  }
}

/** What is said of data that make not even one sample to train on. */
export function tooShort(
  tokens: number,
  { context, named, validation }: Pick<DataOptions, "context" | "named" | "validation">,
  documents?: number,
): MtfError {
  const trained = (count: number): number => count - Math.ceil(count * validation);
  let needed = context;
  while (trained(needed) < context) needed++;
  const most = trained(tokens);
  const part = `${Math.round(validation * 1000) / 10} %`;
  const what = named === undefined ? "the data" : `the data of ${named}`;
  const within = documents === 1 ? " in a document" : ` in ${documents} documents`;
  return new MtfError("bad-argument", `${what} are shorter than one sample.`, {
    evidence: [
      ["data", `${some(tokens, "token")}${documents === undefined ? "" : within}`],
      ["needed", `${needed} for a context of ${context} and ${part} held back`],
    ],
    ...(most > 0 && { try: [optionsInWords({ context: most })] }),
    tokens,
    context,
  });
}
