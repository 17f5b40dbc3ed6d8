import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openSafetensors } from "mtf/checkpoint";

/** Where a fixture of this package is. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
}

/** The JSON of a fixture. */
export async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(fixture(path), "utf8")) as T;
}

/** How far numbers may be from those of Hugging Face. */
export interface Tolerance {
  /** How far its own float32 is from float64. */
  readonly max_abs_diff_f32_f64: number;
  readonly max_abs: number;
}

/** Numbers to agree with. */
export interface Expected {
  readonly numbers: ArrayLike<number>;
  readonly tolerance: Tolerance;
  /** Where it is 0, they need not agree. */
  readonly counts?: ArrayLike<number>;
}

/** A scalar and its true value. */
export function expectedScalar(f32: number, f64: number): Expected {
  const tolerance = { max_abs_diff_f32_f64: Math.abs(f32 - f64), max_abs: Math.abs(f32) };
  return { numbers: [f32], tolerance };
}

/** The tensors of a safetensors fixture, all in memory. */
export async function readTensors(path: string): Promise<ReadonlyMap<string, Float64Array>> {
  const file = await openSafetensors(fixture(path));
  const tensors = new Map<string, Float64Array>();
  for (const name of file.tensors.keys()) {
    tensors.set(name, await file.read(name, { as: "float64" }));
  }
  await file.close();
  return tensors;
}

/**
 * The largest difference as a part of what is allowed: ten times the fixture's own distance from
 * float64, and 1e-6 of its largest number. Above 1 they disagree.
 */
export function disagreement(actual: ArrayLike<number>, expected: Expected): number {
  const { numbers, tolerance, counts } = expected;
  if (actual.length !== numbers.length) return Number.POSITIVE_INFINITY;
  const each = numbers.length / (counts?.length ?? numbers.length);
  const allowed = 10 * tolerance.max_abs_diff_f32_f64 + 1e-6 * tolerance.max_abs;
  let worst = 0;
  for (let i = 0; i < numbers.length; i++) {
    if (counts && !counts[Math.floor(i / each)]) continue;
    const difference = Math.abs(actual[i]! - numbers[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst / allowed;
}
