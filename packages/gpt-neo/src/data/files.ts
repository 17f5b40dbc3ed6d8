import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { MtfError } from "mtf";
import { badData } from "./bad-data.ts";
import { unpackedName } from "./bytes/index.ts";
import { type FolderContent, filesBelow } from "./folder.ts";
import { globFiles, isGlob } from "./glob.ts";
import { leftOutLines } from "./left-out.ts";

/** What a file may hold, whatever it is packed in. */
export const formats = ["txt", "jsonl", "tfrecords", "bin"] as const;
export type Format = (typeof formats)[number];

export interface DataFile {
  readonly file: string;
  readonly format: Format;
}

const extensions: Readonly<Record<string, Format>> = {
  ".txt": "txt",
  ".jsonl": "jsonl",
  ".tfrecords": "tfrecords",
  ".tfrecord": "tfrecords",
  ".bin": "bin",
  ".idx": "bin",
};

/** The endings of names that tell a format. */
export const knownExtensions: readonly string[] = Object.keys(extensions);

function formatOf(file: string): Format | undefined {
  return extensions[extname(unpackedName(file)).toLowerCase()];
}

export interface FindOptions {
  /** The folder that is written to: what lies there is no data. */
  readonly except?: string | undefined;
  /** Told a line for each reason that something in a folder is left out. */
  readonly onLeftOut?: ((line: string) => void) | undefined;
}

/**
 * The files that paths mean: a file itself, a folder's data files and those in its folders, or all
 * that a pattern such as `pile/*.jsonl.zst` fits, in the order that people count in.
 *
 * @param format what all of them hold; by default the end of each name tells
 * @throws MtfError `bad-argument` for a name that tells no format, `bad-file` where there is nothing
 * @example
 * const files = await dataFiles(["notes.txt", "pile/*.jsonl.zst"]);
 */
export async function dataFiles(
  paths: readonly string[],
  format?: Format,
  options: FindOptions = {},
): Promise<readonly DataFile[]> {
  const found: DataFile[] = [];
  for (const path of paths) found.push(...(await filesOf(path, format, options)));
  return found;
}

async function filesOf(
  path: string,
  format: Format | undefined,
  options: FindOptions,
): Promise<readonly DataFile[]> {
  const is = await stat(path).catch(() => undefined);
  if (is?.isDirectory()) {
    return several(await filesBelow(path, options), format, `the folder ${path}`, options);
  }
  if (!is && isGlob(path)) {
    return several(await globFiles(path, options), format, `the pattern ${path}`, options);
  }
  const found = format ?? formatOf(path) ?? (await pairFormat(path));
  if (!found) throw noFormat(path);
  return [{ file: path, format: found }];
}

/** Of many files, those that are data, once each: of a pair of `.bin` and `.idx` only the first. */
function several(
  { files, leftOut }: FolderContent,
  format: Format | undefined,
  what: string,
  { onLeftOut }: FindOptions,
): readonly DataFile[] {
  const known = files
    .filter((file) => !/\.idx$/i.test(file))
    .flatMap((file) => {
      const found = format ?? formatOf(file);
      return found ? [{ file, format: found }] : [];
    })
    .sort((a, b) => byNumber.compare(a.file, b.file) || (a.file < b.file ? -1 : 1));
  const others = files.filter((file) => !format && !formatOf(file)).sort(byNumber.compare);
  const unknown = others.map((path) => ({ path, why: "no known format" as const }));
  for (const line of leftOutLines([...leftOut, ...unknown])) onLeftOut?.(line);
  if (known.length > 0) return known;
  throw new MtfError("bad-file", `${what} has no data.`, {
    evidence: [["formats", knownExtensions.join(", ")]],
    ...(files.length > 0 && { try: [`--input-format ${formats.join("|")}`] }),
    file: what,
    offset: 0,
    reason: "there is no data",
  });
}

const byNumber = new Intl.Collator("en", { numeric: true });

/** What a pair's names have in common may stand for it. */
async function pairFormat(path: string): Promise<Format | undefined> {
  return (await stat(`${path}.idx`).catch(() => undefined)) ? "bin" : undefined;
}

function noFormat(path: string): Error {
  const archive = /\.(tar|zip|xz|tar\.gz|tar\.zst|tgz)$/i.test(path);
  if (archive) return badData({ file: path, offset: 0 }, "it is an archive: unpack it first");
  return new MtfError("bad-argument", `${path}: its name tells no format of data.`, {
    evidence: [["formats", `${knownExtensions.join(", ")}, each also .gz and .zst`]],
    try: [`--input-format ${formats.join("|")}`],
    file: path,
  });
}
