import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Config, type ParameterName, parameterNames, saveConfig } from "gpt-neo";
import { drawUniform } from "mtf";

/** How numbers lie in a file, by what safetensors calls it. */
const kinds = {
  F32: { bytes: 4, from: (numbers: Float32Array): Float32Array | Uint16Array => numbers },
  // The upper halves of floats: what is cut off is no matter where numbers are random.
  BF16: {
    bytes: 2,
    from: (numbers: Float32Array): Float32Array | Uint16Array =>
      Uint16Array.from(new Uint32Array(numbers.buffer), (word) => word >>> 16),
  },
} as const;

/**
 * Writes a folder of a model with fresh weights, which follow from a parameter's name alone: a model of
 * fewer layers has the first ones of another.
 *
 * @param scaleOf what a parameter's numbers are multiplied by
 */
export async function writeRandomModel(
  folder: string,
  config: Config,
  scaleOf: (name: ParameterName) => number = () => 1,
  dtype: keyof typeof kinds = "F32",
): Promise<void> {
  const kind = kinds[dtype];
  mkdirSync(folder, { recursive: true });
  await saveConfig(folder, config);
  const names = parameterNames(config);
  const sizes = names.map(({ shape }) => shape.reduce((n, size) => n * size, 1));
  let end = 0;
  const header = names.map(({ name, shape }, i) => {
    const begin = end;
    end += kind.bytes * sizes[i]!;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const file = openSync(join(folder, "model.safetensors"), "w");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeSync(file, length);
  writeSync(file, text);
  for (const [i, name] of names.entries())
    writeSync(file, kind.from(numbersOf(name, sizes[i]!, scaleOf(name))));
  closeSync(file);
}

/** Gains are ones and biases zeros; matrices are as large as their width lets sums keep their size. */
function numbersOf({ name, shape }: ParameterName, size: number, scale: number): Float32Array {
  if (shape.length === 1) return new Float32Array(size).fill(name.endsWith("weight") ? 1 : 0);
  const seed = [...name].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7);
  const spread = 2 * scale * Math.sqrt(3 / shape[1]!);
  return drawUniform(0, [seed], size).map((x) => (x - 0.5) * spread);
}
