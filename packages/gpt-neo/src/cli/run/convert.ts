import { type Converted, convertWeights } from "../../weights/convert.ts";
import { prefixNote } from "../../weights/prefix-note.ts";
import type { WeightFormat } from "../../weights/source.ts";
import { unexpectedLines } from "../../weights/unexpected.ts";
import type { WeightType } from "../../weights/weight-type.ts";
import { asTyped } from "../as-typed.ts";
import type { ConvertCommandOptions } from "../convert-options.ts";
import { progressLine } from "../progress.ts";

/** What `gpt-neo convert` read and wrote. */
export interface ConvertResult {
  readonly out: string;
  readonly from: string;
  readonly format: WeightFormat;
  readonly tensors: number;
  readonly parameters: number;
  readonly dtype: WeightType;
  /** The training step the weights are of, where they say it. */
  readonly step?: number;
  /** Files that were taken over as they are. */
  readonly copied: readonly string[];
  /** The tokenizer that was written because the config names it, and none lay beside the weights. */
  readonly tokenizer?: string;
  /** Keys of the config that have no place in the new one, and why. */
  readonly notes: Readonly<Record<string, string>>;
  /** Tensors that were left out because no model needs them, and why. */
  readonly ignored: Readonly<Record<string, string>>;
  /** Tensors that were left out because this model does not know them. */
  readonly unexpected: readonly string[];
  /** Tensors with numbers that --clamp made smaller, and how many of each. */
  readonly clamped: Readonly<Record<string, number>>;
  /** Tensors with numbers that are NaN or infinite, and how many of each. */
  readonly notFinite: Readonly<Record<string, number>>;
}

/**
 * Writes weights as a Hugging Face folder, as the command line says.
 *
 * @example
 * await run({ from: "gpt3_XL/model.ckpt-362000", config: "gpt3_XL.json", to: "models/xl" });
 */
export async function run(options: ConvertCommandOptions): Promise<ConvertResult> {
  const { from, to, json: _, ...rest } = options;
  const progress = progressLine();
  try {
    const converted = await convertWeights(from, to, {
      ...rest,
      onProgress: (done, total) => progress.update(bar(done, total)),
    });
    for (const line of remarks(converted)) progress.note(asTyped(line));
    return resultOf(converted);
  } finally {
    progress.end();
  }
}

function bar(done: number, total: number): string {
  const part = done / Math.max(1, total);
  const filled = "█".repeat(Math.floor(part * 25)).padEnd(25, "░");
  return `${filled} ${Math.floor(part * 100)} % of ${total} parameters`;
}

function remarks({ from, clamped, notFinite }: Converted): string[] {
  return [
    ...notFinite.map(
      ([name, count]) => `not finite: ${name}: values that are NaN or infinite: ${count}`,
    ),
    ...clamped.map(([name, count]) => `clamped: ${name}: values too large for the type: ${count}`),
    ...prefixNote(from.prefix),
    ...from.notes.map(([key, reason]) => `config: ${key}: ${reason}`),
    ...from.ignored.map(([name, reason]) => `left out: ${name}: ${reason}`),
    ...unexpectedLines(from),
  ];
}

function resultOf({
  from,
  folder,
  tensors,
  elements,
  dtype,
  copied,
  ...more
}: Converted): ConvertResult {
  const { format, file, notes, step, ignored, unexpected } = from;
  return {
    out: folder,
    from: file,
    format,
    tensors,
    parameters: elements,
    dtype,
    ...(step !== undefined && { step }),
    copied,
    ...(more.tokenizer !== undefined && { tokenizer: more.tokenizer }),
    notes: Object.fromEntries(notes.map(([key, reason]) => [key, asTyped(reason)])),
    ignored: Object.fromEntries(ignored),
    unexpected,
    clamped: Object.fromEntries(more.clamped),
    notFinite: Object.fromEntries(more.notFinite),
  };
}
