import type { Source } from "../../data/source.ts";
import { type Keys, printed } from "../key-rules.ts";

/**
 * The sources that a config trains on: a prefix of `.bin` and `.idx` each, or a file. Undefined
 * where it names none, or is wrong.
 */
export function sourcesIn(keys: Keys): readonly Source[] | undefined {
  const { train_data_paths: train, train_data_weights: weights, data_path: whole } = keys;
  if (isGiven(train)) {
    const shares = isGiven(weights) ? numbersIn(weights) : undefined;
    const paths = pathsIn(train);
    if (isGiven(weights) && shares?.length !== paths?.length) return undefined;
    return paths?.map((path, i) => ({ files: [path], weight: shares?.[i] ?? 1 }));
  }
  return isGiven(whole) ? sharedPaths(whole) : undefined;
}

/** Paths given one by one, or in a list. */
export function pathsIn(value: unknown): readonly string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every(isPath) ? list : undefined;
}

/** What is wrong with a key of data, if something is. */
export function dataProblem(key: string, value: unknown, keys: Keys): string | undefined {
  if (!isGiven(value)) return undefined;
  if (key === "data_path") {
    return sharedPaths(value) ? undefined : `is ${printed(value)}, no path nor paths with weights`;
  }
  if (key.endsWith("_paths")) return pathsIn(value) ? undefined : `is ${printed(value)}, no paths`;
  const shares = numbersIn(value);
  if (!shares) return `is ${printed(value)}, no numbers above 0`;
  const paths = pathsIn(keys.train_data_paths);
  if (!isGiven(keys.train_data_paths)) return "weighs train_data_paths, which are missing";
  return paths && paths.length !== shares.length
    ? `has ${shares.length} weights for ${paths.length} of train_data_paths`
    : undefined;
}

/** `prefix`, or a list of prefixes, each of which may have its weight before it. */
function sharedPaths(value: unknown): readonly Source[] | undefined {
  if (isPath(value)) return [{ files: [value], weight: 1 }];
  if (!Array.isArray(value)) return undefined;
  const sources: Source[] = [];
  let weight: number | undefined;
  for (const entry of value as readonly unknown[]) {
    const share = weight === undefined ? numberOf(entry) : undefined;
    if (share !== undefined) weight = share;
    else if (!isPath(entry)) return undefined;
    else {
      sources.push({ files: [entry], weight: weight ?? 1 });
      weight = undefined;
    }
  }
  return sources.length > 0 && weight === undefined ? sources : undefined;
}

function numbersIn(value: unknown): readonly number[] | undefined {
  const numbers = (Array.isArray(value) ? value : [value]).map(numberOf);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** A number above 0, also where it is written as text. */
function numberOf(value: unknown): number | undefined {
  const text = typeof value === "string" && value.trim() !== "";
  const number = typeof value === "number" || text ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
