import { wrongOption } from "../wrong-option.ts";

/** Files that a share of the samples is taken from. */
export interface Source {
  /** Files, folders and patterns; their documents are one stream. */
  readonly files: readonly string[];
  /** Its share, relative to the other sources'. */
  readonly weight: number;
}

/**
 * Data as people write them: files, which are one source together, or sources with weights.
 * A weight left out is 1.
 */
export type WrittenData = string | readonly string[] | readonly WrittenSource[];

export interface WrittenSource {
  readonly files: string | readonly string[];
  readonly weight?: number | undefined;
}

/**
 * The sources that are meant.
 *
 * @throws MtfError `bad-argument` for what is neither
 * @example
 * sourcesOf(["a.txt", "b.txt"]); // [{ files: ["a.txt", "b.txt"], weight: 1 }]
 */
export function sourcesOf(data: WrittenData): readonly Source[] {
  if (typeof data === "string") return [{ files: [data], weight: 1 }];
  if (!Array.isArray(data as unknown)) {
    throw wrongOption("train", "data", data, "files, sources with files, or { documents }");
  }
  if (allFiles(data)) return [{ files: data, weight: 1 }];
  return data.map(({ files, weight = 1 }) => ({ files: filesIn(files), weight }));
}

/**
 * Sources in the shortest way to write them: what `sourcesOf` reads back.
 *
 * @example
 * writtenData([{ files: ["a.txt"], weight: 1 }]); // ["a.txt"]
 */
export function writtenData(sources: readonly Source[]): WrittenData {
  return sources.length === 1 ? sources[0]!.files : sources;
}

function allFiles(data: readonly string[] | readonly WrittenSource[]): data is readonly string[] {
  return data.every((entry) => typeof entry === "string");
}

function filesIn(files: string | readonly string[]): readonly string[] {
  return typeof files === "string" ? [files] : files;
}
