import { stat } from "node:fs/promises";
import { MtfError } from "mtf";
import { optionsInWords } from "../options-in-words.ts";
import { isRunFolder } from "../run-mark.ts";
import type { BytesOptions } from "./bytes/options.ts";
import { type FolderContent, filesBelow } from "./folder.ts";
import { type Format, formatOf, formats, knownExtensions } from "./format.ts";
import { globFiles, isGlob } from "./glob.ts";
import type { JsonOptions } from "./json-document.ts";
import { leftOutLines, type Reason } from "./left-out.ts";
import { noDataBecause } from "./no-data.ts";
import { noFormat } from "./no-format.ts";
import { notThere } from "./not-there.ts";
import { standardInput } from "./pipe.ts";
import { checkPipes } from "./pipes-once.ts";

export interface DataFile {
  readonly file: string;
  readonly format: Format;
}

export interface FindOptions extends JsonOptions, BytesOptions {
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
  await checkPipes(found);
  return found;
}

async function filesOf(
  path: string,
  format: Format | undefined,
  options: FindOptions,
): Promise<readonly DataFile[]> {
  const found = path === standardInput ? undefined : await stat(path).catch(codeOf);
  const is = typeof found === "object" ? found : undefined;
  if (is?.isDirectory()) {
    if (await isRunFolder(path)) throw runAsData(path);
    return several(await filesBelow(path, options), format, `the folder ${path}`, options);
  }
  if (!is && isGlob(path)) {
    return several(await globFiles(path, options), format, `the pattern ${path}`, options);
  }
  const pair = await pairFormat(path);
  if (found === "ENOENT" && !pair) throw await notThere(path);
  const told = format ?? formatOf(path) ?? pair;
  if (!told) throw await noFormat(path);
  return [{ file: path, format: told }];
}

function codeOf({ code }: NodeJS.ErrnoException): string | undefined {
  return code;
}

/** Of many files, those that are data, once each: of a pair of `.bin` and `.idx` only the first. */
async function several(
  { files, leftOut }: FolderContent,
  format: Format | undefined,
  what: string,
  options: FindOptions,
): Promise<readonly DataFile[]> {
  const known: DataFile[] = [];
  const others: Reason[] = [];
  const unreadable = leftOut.flatMap(({ path, why }) => (why === "unreadable" ? [path] : []));
  const whyNot = async (path: string, found: Format): Promise<Reason["why"] | undefined> => {
    const isHalf = found === "bin" && unreadable.includes(path.replace(/\.bin$/i, ".idx"));
    return isHalf ? "unreadable" : noDataBecause(path, found, format, options);
  };
  const sorted = files.toSorted((a, b) => byNumber.compare(a, b) || (a < b ? -1 : 1));
  for (const path of sorted) {
    if (/\.idx$/i.test(path) || /\.progress\.json$/.test(path)) continue;
    const found = format ?? formatOf(path);
    const why = found ? await whyNot(path, found) : "no known format";
    if (why) others.push({ path, why });
    else known.push({ file: path, format: found! });
  }
  for (const line of leftOutLines([...leftOut, ...others])) options.onLeftOut?.(line);
  if (known.length > 0) return known;
  throw new MtfError("bad-file", `${what} has no data.`, {
    evidence: [["formats", knownExtensions.join(", ")]],
    ...(files.length > 0 && { try: [optionsInWords({ inputFormat: formats.join("|") })] }),
    file: what,
    offset: 0,
    reason: "there is no data",
  });
}

function runAsData(path: string): MtfError {
  return new MtfError("bad-file", `${path} is a run's folder, whose logs are no data.`, {
    try: [
      "the data that it was trained on",
      `${optionsInWords({ model: path })}, to go on from it`,
    ],
    file: path,
    offset: 0,
    reason: "it is a run's folder",
  });
}

const byNumber = new Intl.Collator("en", { numeric: true });

/** What a pair's names have in common may stand for it. */
async function pairFormat(path: string): Promise<Format | undefined> {
  return (await stat(`${path}.idx`).catch(() => undefined)) ? "bin" : undefined;
}
