import type { Source } from "../data/source.ts";
import { isObject } from "../json.ts";
import type { Keys } from "./key-rules.ts";
import type { Note } from "./note.ts";
import { type DatasetFiles, datasetOf } from "./original-dataset.ts";

/** What the datasets of a config say about a run. */
export interface Datasets {
  readonly data: readonly Source[] | undefined;
  readonly validationFiles: readonly string[] | undefined;
  /** Null where it is one that cannot be had, and no other would do. */
  readonly tokenizer: string | null | undefined;
  readonly endOfText: number | undefined;
  readonly notes: readonly Note[];
  readonly problems: readonly Note[];
}

/**
 * The names of the datasets that a config asks for and does not describe itself.
 *
 * @example
 * datasetNames({ datasets: [["pile", 25, "documents_random", 1]] }); // pile
 */
export function datasetNames(keys: Keys): readonly string[] {
  const inside = isObject(keys.dataset_configs) ? keys.dataset_configs : {};
  return (entriesOf(keys.datasets) ?? [])
    .map(({ name }) => name)
    .filter((name) => !Object.hasOwn(inside, name));
}

/** What the datasets of a config come to: sources, files to validate with, a tokenizer. */
export function datasetsOf(keys: Keys, files: DatasetFiles): Datasets {
  const entries = entriesOf(keys.datasets);
  const inside = keys.dataset_configs ?? {};
  const configs: Keys = { ...files.configs, ...(isObject(inside) && inside) };
  const found = (entries ?? []).map(({ name, weight }) => ({
    weight,
    ...datasetOf(name, Object.hasOwn(configs, name) ? configs[name] : undefined, keys, files),
  }));
  const sources = found.flatMap(({ path, weight }) => (path ? [{ files: [path], weight }] : []));
  const held = found.flatMap(({ evalPath }) => evalPath ?? []);
  const tokenizers = new Set(
    found.flatMap(({ tokenizer }) => (tokenizer === undefined ? [] : tokenizer)),
  );
  const about = [
    ...(entries?.some(({ chooses }) => chooses)
      ? ["stitch and datatype chose parts of documents; here all of them are read"]
      : []),
    ...(new Set(sources.map(({ weight }) => weight)).size > 1 && keys.input_fn !== "generic_text"
      ? ["weights counted only with input_fn generic_text; here they do"]
      : []),
    ...(tokenizers.size > 1 ? ["have several tokenizers, of which the first is taken"] : []),
  ];
  const problems: Note[] = [
    ...(entries
      ? []
      : [["datasets", `is ${JSON.stringify(keys.datasets)}, not ${shape}`] as const]),
    ...(isObject(inside) ? [] : [["dataset_configs", "is no object of dataset configs"] as const]),
  ];
  return {
    // A mixture that lacks a part would be another mixture.
    data: sources.length > 0 && sources.length === found.length ? sources : undefined,
    validationFiles: held.length > 0 ? held : undefined,
    tokenizer: [...tokenizers][0],
    endOfText: found.find(({ endOfText }) => endOfText !== undefined)?.endOfText,
    notes: [
      ...(about.length > 0 ? [["datasets", about.join("; ")] as const] : []),
      ...found.flatMap(({ notes }) => notes),
    ],
    problems: [...problems, ...found.flatMap((one) => one.problems)],
  };
}

const shape = '["NAME"] or [["NAME", stitch, datatype, weight]]';

interface Entry {
  readonly name: string;
  readonly weight: number;
  /** Whether it says which parts of documents were read. */
  readonly chooses: boolean;
}

/** The entries of `datasets`, or undefined if it is not of its shape. */
function entriesOf(datasets: unknown): readonly Entry[] | undefined {
  if (datasets === undefined || datasets === null) return [];
  if (!Array.isArray(datasets)) return undefined;
  const entries = datasets.map(entryOf);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function entryOf(value: unknown): Entry | undefined {
  if (typeof value === "string" && value !== "") return { name: value, weight: 1, chooses: false };
  if (!Array.isArray(value) || value.length > 4) return undefined;
  const [name, stitch, datatype, written] = value as readonly unknown[];
  const weight = written ?? 1;
  if (typeof name !== "string" || name === "") return undefined;
  if (typeof weight !== "number" || !(weight > 0)) return undefined;
  return { name, weight, chooses: (stitch ?? datatype ?? undefined) !== undefined };
}
