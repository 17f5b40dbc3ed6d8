import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { writeModel } from "mtf/checkpoint";
import { draftOf, removeDrafts, volumeOf } from "mtf/files";
import { saveConfig, withDtype } from "../config/index.ts";
import { asGivenBy } from "../damaged-checkpoint.ts";
import { makeFolder, removeMade } from "../make-folder.ts";
import { copyCompanions, haveTokenizer, writeTokenizer } from "./companions.ts";
import { homeOf } from "./home.ts";
import { type LoadOptions, loadWeights, type Weights } from "./load.ts";
import { checkEmpty, publish, realFolder } from "./published.ts";
import { type Overflows, toBeWritten, tooLarge, type Writing } from "./to-be-written.ts";
import { commonType, type WeightType } from "./weight-type.ts";

export interface ConvertOptions extends LoadOptions, Writing {
  /** Files larger than this many bytes are split. */
  readonly maxShardSize?: number;
  /** Is told how many of all elements are written. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a conversion read and wrote. */
export interface Converted {
  readonly from: Pick<
    Weights,
    "format" | "file" | "config" | "notes" | "step" | "ignored" | "unexpected" | "prefix"
  >;
  readonly folder: string;
  readonly tensors: number;
  readonly elements: number;
  readonly dtype: WeightType;
  /** Files that were taken over as they are. */
  readonly copied: readonly string[];
  /** The tokenizer that the config names, written because there was none beside the weights. */
  readonly tokenizer: string | undefined;
  /** Tensors with numbers that were too large for the type, and how many of each. */
  readonly clamped: Overflows;
  /** Tensors with numbers that are NaN or infinite, and how many of each: they are written as they are. */
  readonly notFinite: Overflows;
}

/** What is said of an optimizer's state: a Hugging Face folder has no place for it. */
const moments = [
  "*/adam_m and */adam_v",
  "Adam's moments, which training with `withOptimizer` goes on with from the checkpoint itself",
] as const;

/**
 * Writes a GPT-Neo of any kind as a Hugging Face folder, as a whole or not at all, with a piece of
 * a tensor in memory at a time.
 *
 * @throws MtfError `bad-argument` if the folder holds something already, or if numbers are too large
 * for the type and are not to be clamped; otherwise as `loadWeights`
 * @example
 * await convertWeights("gpt-neo-125M", "out", { dtype: "bfloat16" });
 */
export async function convertWeights(
  from: string,
  to: string,
  options: ConvertOptions = {},
): Promise<Converted> {
  return converted(from, to, options).catch((error: unknown) => {
    throw asGivenBy("from", error);
  });
}

async function converted(from: string, to: string, options: ConvertOptions): Promise<Converted> {
  const folder = await realFolder(to);
  await checkEmpty(to);
  const weights = await loadWeights(from, options);
  const draft = draftOf(folder);
  let made: string | undefined;
  try {
    await removeDrafts(folder);
    made = await makeFolder(draft);
    const tensors = [...weights.tensors.values()];
    const elements = tensors.reduce((sum, { shape }) => sum + volumeOf(shape), 0);
    let done = 0;
    const progress = (count: number): void => {
      done += count;
      options.onProgress?.(done, elements);
    };
    const clamped: [string, number][] = [];
    const notFinite: [string, number][] = [];
    const told = { progress, clamped, notFinite };
    const toWrite = tensors.map((t) => toBeWritten(weights, t, options, told));
    await writeModel(draft, toWrite, {
      metadata: { format: "pt" },
      ...(options.maxShardSize !== undefined && { maxShardSize: options.maxShardSize }),
    });
    if (clamped.length > 0 && !options.clamp) throw tooLarge(clamped, options.dtype ?? "float32");
    const copied = await copyCompanions(homeOf(weights.file), draft);
    const tokenizer = haveTokenizer(copied) ? {} : await writeTokenizer(draft, weights.config);
    const dtype = commonType(toWrite);
    await saveConfig(draft, withDtype(weights.config, dtype));
    await publish(draft, folder);
    const { format, file, config, step, unexpected, prefix } = weights;
    const notes = tokenizer.note ? [...weights.notes, tokenizer.note] : weights.notes;
    const ignored = weights.moments ? [...weights.ignored, moments] : weights.ignored;
    return {
      from: { format, file, config, notes, step, ignored, unexpected, prefix },
      folder: to,
      tensors: tensors.length,
      elements,
      dtype,
      copied,
      tokenizer: tokenizer.name,
      clamped,
      notFinite,
    };
  } catch (error) {
    // What kept it from being written may keep it from being removed: the first is what to tell.
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    await removeMade(dirname(draft), made);
    throw error;
  } finally {
    await weights.close();
  }
}
