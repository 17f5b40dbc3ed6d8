import { dirname, join, resolve } from "node:path";
import { MtfError } from "mtf";
import type { Config } from "../../config/index.ts";
import { type FillProgress, loadTrainingData } from "../../data/index.ts";
import type { ReadingOptions } from "../../data/reading-options.ts";
import type { Tokenizer, TokenizerSource } from "../../tokenizer/index.ts";
import type { TrainListener } from "../listener.ts";
import type { TrainOptions } from "../options.ts";
import type { Contents } from "./changed-content.ts";
import { contentKey } from "./content-key.ts";
import { runDataOf } from "./given.ts";
import { type OpenedData, readAlready } from "./opened-data.ts";
import type { DataOrder } from "./order.ts";
import { openTrainingData } from "./training-data.ts";

/** How a run's text becomes ids. */
export interface Tokenizing {
  readonly tokenizer: Tokenizer | undefined;
  /** What other threads make the same one of. */
  readonly source: TokenizerSource | undefined;
}

type Wanted = Pick<
  TrainOptions,
  "data" | "validationData" | "out" | "cache" | keyof ReadingOptions
>;

/**
 * Opens what a run trains on and validates with, and tells how far that is.
 *
 * @param config with the command line's word over it
 * @param order that the run takes its data in
 * @throws MtfError `bad-argument` if no data are named; as `openTrainingData`; the signal's reason
 */
export async function readData(
  options: Wanted,
  { training, vocab_size, eos_token_id }: Config,
  { tokenizer, source }: Tokenizing,
  order: DataOrder,
  { onNote: note, onProgress, signal }: TrainListener,
): Promise<OpenedData> {
  const { context, validation } = training;
  const data = runDataOf(options.data, training.data);
  const held = runDataOf(options.validationData, training.validation_data);
  if (data === null) {
    throw new MtfError("bad-argument", "there is nothing to train on.", {
      try: ['`data: ["FILE…"]`', '"training": { "data": ["FILE"] } in the config'],
    });
  }
  const usual = {
    context,
    validation,
    endOfText: eos_token_id,
    read: {
      inputFormat: options.inputFormat,
      textKey: options.textKey,
      zstdWindow: options.zstdWindow,
      except: options.out,
      onLeftOut: note,
    },
    crossDocument: training.cross_document_loss,
    folder: options.out,
  };
  const vocabulary = { tokenizer, size: vocab_size };
  const contentsOfFiles = async (): Promise<Contents> => ({
    ...(data.kind === "files" && {
      data: await contentKey(
        data.files.flatMap(({ files }) => files),
        usual.read,
      ),
    }),
    ...(held?.kind === "files" && { validation_data: await contentKey(held.files, usual.read) }),
  });
  const withContents = async (opened: OpenedData): Promise<OpenedData> => {
    try {
      return { ...opened, contents: { ...opened.contents, ...(await contentsOfFiles()) } };
    } catch (error) {
      await opened.close();
      throw error;
    }
  };
  const telling =
    (kind: "reading" | "tokenizing") =>
    ({ documents, tokens, file }: FillProgress): void =>
      onProgress?.({ kind, documents, tokens, file });
  if (order === 1) {
    if (data.kind !== "files" || held?.kind === "documents") throw ofFiles();
    const heldFiles = held === null ? null : held.files;
    const tell = telling("reading");
    const whole = {
      ...usual,
      onProgress: (read: FillProgress): void => {
        signal?.throwIfAborted();
        tell(read);
      },
    };
    const read = await loadTrainingData(data.files, heldFiles, vocabulary, whole);
    onProgress?.({ kind: "read" });
    return withContents(readAlready(read, heldFiles !== null));
  }
  const opened = await openTrainingData(data, held, vocabulary, {
    ...usual,
    order,
    source,
    cache: options.cache ?? (options.out === undefined ? undefined : cacheBeside(options.out)),
    onProgress: telling("reading"),
    validatesAsConfig: options.validationData === undefined,
    onTokenize: telling("tokenizing"),
    onAwaiting: (chunks) => onProgress?.({ kind: "awaiting", chunks }),
    note,
    signal,
  });
  onProgress?.({ kind: "read" });
  return withContents(opened);
}

function cacheBeside(out: string): string {
  return join(dirname(resolve(out)), ".gpt-neo-cache");
}

function ofFiles(): MtfError {
  return new MtfError("bad-argument", "the run was begun by an older gpt-neo, which read files.", {
    try: ["the files that it was begun with"],
  });
}
