import { stat } from "node:fs/promises";
import { badData } from "../data/bad-data.ts";
import { type DataFile, dataFiles } from "../data/files.ts";
import { openIndexed } from "../data/mmididx/index.ts";
import { type ReadOptions, readers } from "../data/read.ts";

/** What data are. */
export interface DataSummary {
  readonly kind: "data";
  readonly files: readonly DataFileSummary[];
  readonly documents: number;
  /** Ids in all; undefined if some files are text. */
  readonly tokens: number | undefined;
  /** What of folders is not read, a line a reason; undefined if nothing is left out. */
  readonly leftOut?: readonly string[];
}

export interface DataFileSummary {
  readonly file: string;
  readonly format: DataFile["format"];
  /** On disk. */
  readonly bytes: number;
  readonly documents: number;
  /** Of text, if there is any. */
  readonly characters?: number;
  /** Ids, if there are any, or nothing. */
  readonly tokens?: number;
  /** The type that an indexed file holds ids in. */
  readonly type?: string;
  /** How many documents are of each part of the Pile. */
  readonly subsets?: Readonly<Record<string, number>>;
}

/**
 * Says what data files are, reading all of them, but for indexed ones, whose index says it.
 *
 * @throws MtfError `bad-file` for bad data
 * @example
 * await inspectData(["pile/00.jsonl.zst"]);
 */
export async function inspectData(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<DataSummary> {
  const files: DataFileSummary[] = [];
  const leftOut: string[] = [];
  const finding = { ...options, onLeftOut: (line: string) => leftOut.push(line) };
  for (const file of await dataFiles(paths, options.inputFormat, finding)) {
    files.push(await summaryOf(file, options));
  }
  const text = files.some(({ characters }) => characters !== undefined);
  return {
    kind: "data",
    files,
    documents: files.reduce((sum, { documents }) => sum + documents, 0),
    tokens: text ? undefined : files.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

async function summaryOf(entry: DataFile, options: ReadOptions): Promise<DataFileSummary> {
  const { file, format } = entry;
  if (format === "bin") return indexedSummary(entry);
  const bytes = await sizeOf(file);
  let [documents, characters, tokens, texts] = [0, 0, 0, 0];
  const subsets: Record<string, number> = Object.create(null);
  for await (const part of readers[format](file, options)) {
    if (part.kind === "text") {
      characters += part.text.length;
      texts++;
    } else tokens += part.ids.length;
    if (!part.end) continue;
    documents++;
    if (part.subset !== undefined) subsets[part.subset] = (subsets[part.subset] ?? 0) + 1;
  }
  return {
    file,
    format,
    bytes,
    documents,
    ...(texts > 0 && { characters }),
    ...((texts === 0 || tokens > 0) && { tokens }),
    ...(Object.keys(subsets).length > 0 && { subsets: { ...subsets } }),
  };
}

async function indexedSummary({ file, format }: DataFile): Promise<DataFileSummary> {
  const data = await openIndexed(file);
  try {
    const { type, documents, sequences } = data;
    const last = sequences > 0 ? await data.place(sequences - 1) : { offset: 0, count: 0 };
    const tokens = last.offset / type.bytes + last.count;
    const bytes = tokens * type.bytes;
    return { file, format, bytes, documents, tokens, type: type.name };
  } finally {
    await data.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  const is = await stat(file).catch(() => undefined);
  if (!is) throw badData({ file, offset: 0 }, "there is no such file");
  return is.size;
}
