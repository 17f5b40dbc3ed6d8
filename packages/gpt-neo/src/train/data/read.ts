import { dirname, join, resolve } from "node:path";
import { MtfError } from "mtf";
import type { Config } from "../../config/index.ts";
import { type FillProgress, loadTrainingData, type TrainingData } from "../../data/index.ts";
import type { ReadingOptions } from "../../data/reading-options.ts";
import type { Progress } from "../../progress.ts";
import { some } from "../../some.ts";
import type { Tokenizer, TokenizerSource } from "../../tokenizer/index.ts";
import type { TrainOptions } from "../options.ts";
import type { DataOrder } from "./order.ts";
import { openTrainingData } from "./training-data.ts";

/** How a run's text becomes ids. */
export interface Tokenizing {
  readonly tokenizer: Tokenizer | undefined;
  /** What other threads make the same one of. */
  readonly source: TokenizerSource | undefined;
}

type Wanted = Pick<TrainOptions, "out" | "cache" | keyof ReadingOptions>;

/**
 * Opens what a run trains on and validates with, and says how far that is.
 *
 * @param config with the command line's word over it
 * @param order that the run takes its data in
 * @throws MtfError `bad-argument` if no data are named; as `openTrainingData`
 */
export async function readData(
  options: Wanted,
  { training, vocab_size, eos_token_id }: Config,
  { tokenizer, source }: Tokenizing,
  order: DataOrder,
  progress: Progress,
): Promise<TrainingData> {
  const { context, validation } = training;
  if (training.data === null) {
    throw new MtfError("bad-argument", "there is nothing to train on.", {
      try: ["--data FILE…", '"training": { "data": ["FILE"] } in the config'],
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
      onLeftOut: progress.note,
    },
    crossDocument: training.cross_document_loss,
    folder: options.out,
  };
  const vocabulary = { tokenizer, size: vocab_size };
  const reading =
    (doing: string) =>
    ({ documents, tokens, file }: FillProgress): void =>
      progress.update(`${doing} ${file}: ${some(documents, "document")}, ${some(tokens, "token")}`);
  try {
    if (order === 1) {
      const whole = { ...usual, onProgress: reading("reading") };
      return await loadTrainingData(training.data, training.validation_data, vocabulary, whole);
    }
    return await openTrainingData(training.data, training.validation_data, vocabulary, {
      ...usual,
      source,
      cache: options.cache ?? join(dirname(resolve(options.out)), ".gpt-neo-cache"),
      onProgress: reading("reading"),
      onTokenize: reading("tokenizing"),
      note: progress.note,
    });
  } finally {
    progress.end();
  }
}
