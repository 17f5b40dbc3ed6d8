import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseConfig } from "../../src/config/index.ts";
import { expectedWeights } from "../../src/weights/expected.ts";
import { twoGiB } from "./large.ts";

// Weights that are zero but for the last number of each tensor, so that a disk need not hold them.
// The embedding alone is larger than 31 bits count.
export const embd = 2048;
export const vocab: number = Math.ceil(twoGiB / (4 * embd)) + 1;
const shape = { hidden_size: embd, num_heads: 16, num_layers: 1, vocab_size: vocab };
const config = parseConfig({ ...shape, max_position_embeddings: 64, attention_layers: ["global"] });

export interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** All weights in Hugging Face's names, and how many numbers they have. */
export const largeTensors: readonly Stored[] = [...expectedWeights(config)].map(([name, shape]) =>
  stored(name, shape),
);

export function stored(name: string, shape: readonly number[]): Stored {
  return { name, shape, bytes: shape.reduce((product, size) => product * size, 4) };
}

/** The last number of every tensor; all before it are zero. */
export const lastNumber = 1.5;
export const last: Uint8Array = new Uint8Array(Float32Array.of(lastNumber).buffer);

/** The config beside weights of Hugging Face's names; makes their folder. */
export async function writeConfig(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const hugging = { ...shape, max_position_embeddings: 64, attention_types: [[["global"], 1]] };
  const json = { model_type: "gpt_neo", ...hugging };
  await writeFile(join(folder, "config.json"), JSON.stringify(json));
}

export type Piece = Uint8Array | Stored;

export function sizeOf(piece: Piece): number {
  return "bytes" in piece ? piece.bytes : piece.length;
}

/** One after the other; what is zero is a hole. */
export async function writePieces(path: string, pieces: readonly Piece[]): Promise<void> {
  const file = await open(path, "w");
  let at = 0;
  for (const piece of pieces) {
    const bytes = "bytes" in piece ? last : piece;
    at += sizeOf(piece);
    await file.write(bytes, 0, bytes.length, at - bytes.length);
  }
  await file.close();
}
