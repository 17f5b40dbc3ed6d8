import { MtfError } from "mtf";
import type { ReadingOptions } from "../cli/data-options.ts";
import { progressLine } from "../cli/progress.ts";
import { some } from "../cli/some.ts";
import type { TrainOptions } from "../cli/train-options.ts";
import type { Config } from "../config/index.ts";
import { loadTrainingData, type TrainingData } from "../data/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";

/**
 * Reads what a run trains on and validates with, and shows how far it is.
 *
 * @param config with the command line's word over it
 * @throws MtfError `bad-argument` if no data are named; as `loadTrainingData`
 */
export async function readData(
  options: Pick<TrainOptions, "out" | keyof ReadingOptions>,
  { training, vocab_size, eos_token_id }: Config,
  tokenizer: Tokenizer | undefined,
): Promise<TrainingData> {
  if (training.data === null) {
    throw new MtfError("bad-argument", "there is nothing to train on.", {
      try: ["--data FILE…", '"training": { "data": ["FILE"] } in the config'],
    });
  }
  const progress = progressLine();
  try {
    return await loadTrainingData(
      training.data,
      training.validation_data,
      { tokenizer, size: vocab_size },
      {
        context: training.context,
        validation: training.validation,
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
        onProgress: ({ documents, tokens, file }) =>
          progress.update(
            `reading ${file}: ${some(documents, "document")}, ${some(tokens, "token")}`,
          ),
      },
    );
  } finally {
    progress.end();
  }
}
