import { MtfError, nearest } from "mtf";
import { type Converted, convertWeights, type WeightType } from "../weights/convert.ts";
import { parseSize, printSize } from "./size.ts";

/** What `gpt-neo convert` is asked for. */
export interface ConvertCommandOptions {
  /** A folder or file of weights of any kind. */
  readonly from: string;
  /** The folder to write, which is new or empty. */
  readonly to: string;
  readonly dtype?: string | undefined;
  /** `5GB`, `500MB`, or bytes. */
  readonly maxShardSize?: string | number | undefined;
  /** The config file, where none lies beside the weights. */
  readonly config?: string | undefined;
  /** Rows of the embedding to keep. */
  readonly vocabSize?: number | undefined;
  /** Print one JSON object as the last line. */
  readonly json?: boolean | undefined;
}

const types: readonly WeightType[] = ["float32", "float16", "bfloat16"];
const widths: Readonly<Record<WeightType, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/**
 * `gpt-neo convert`: writes weights of any kind as a Hugging Face folder. Results go to standard
 * output, progress and notes to standard error.
 *
 * @throws MtfError as `convertWeights` does
 * @example
 * await run({ from: "model.ckpt-362000", to: "out", config: "XL.json", dtype: "bfloat16" });
 */
export async function run(options: ConvertCommandOptions): Promise<void> {
  const { from, to, config, vocabSize } = options;
  const dtype = typeOf(options.dtype);
  const size = options.maxShardSize;
  if (vocabSize !== undefined && !(Number.isSafeInteger(vocabSize) && vocabSize > 0)) {
    throw new MtfError("bad-argument", `--vocab-size is ${vocabSize}, which is no size.`);
  }
  const bar = progressBar();
  let converted: Converted;
  try {
    converted = await convertWeights(from, to, {
      ...(dtype !== undefined && { dtype }),
      ...(size !== undefined && { maxShardSize: parseSize(String(size)) }),
      ...(config !== undefined && { config }),
      ...(vocabSize !== undefined && { vocabSize }),
      onProgress: bar.show,
    });
  } finally {
    bar.end();
  }
  for (const line of remarks(converted)) process.stderr.write(`${line}\n`);
  process.stdout.write(`${options.json ? JSON.stringify(summary(converted)) : told(converted)}\n`);
}

function typeOf(name: string | undefined): WeightType | undefined {
  if (name === undefined) return undefined;
  const type = types.find((known) => known === name);
  if (type) return type;
  const near = nearest(name, types);
  throw new MtfError("bad-argument", `--dtype is '${name}'.`, {
    evidence: [["types", types.join(", ")]],
    ...(near !== undefined && { try: [`--dtype ${near}`] }),
  });
}

function remarks({ from }: Converted): string[] {
  return [
    ...from.notes.map(([key, reason]) => `config: ${key} ${reason}`),
    ...from.ignored.map(([name, reason]) => `left out: ${name}: ${reason}`),
    ...from.unexpected.map((name) => `left out: ${name}: the model has no such tensor`),
  ];
}

function told({ folder, tensors, elements, dtype }: Converted): string {
  const size = printSize(elements * widths[dtype]);
  return `wrote ${folder}: ${tensors} tensors, ${elements} parameters, ${dtype}, about ${size}`;
}

function summary({ from, folder, tensors, elements, dtype, copied }: Converted): object {
  const { format, file, notes, step, ignored, unexpected } = from;
  return {
    folder,
    from: file,
    format,
    tensors,
    parameters: elements,
    dtype,
    ...(step !== undefined && { step }),
    copied,
    notes: Object.fromEntries(notes),
    ignored: Object.fromEntries(ignored),
    unexpected,
  };
}

/** A line that rewrites itself on a terminal; elsewhere nothing but every tenth. */
function progressBar(): {
  readonly show: (done: number, total: number) => void;
  readonly end: () => void;
} {
  const { isTTY } = process.stderr;
  let shown = -1;
  return {
    show(done, total) {
      const percent = Math.floor((100 * done) / Math.max(1, total));
      const step = isTTY ? percent : Math.floor(percent / 10) * 10;
      if (step === shown) return;
      shown = step;
      const filled = "█".repeat(Math.floor(percent / 4)).padEnd(25, "░");
      process.stderr.write(isTTY ? `\r${filled} ${percent} %` : `converted ${step} %\n`);
    },
    end() {
      if (isTTY && shown >= 0) process.stderr.write("\r\u001b[K");
    },
  };
}
