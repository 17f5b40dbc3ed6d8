import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BytesOptions } from "./bytes/options.ts";
import type { Format } from "./format.ts";
import { holdsDocuments } from "./holds-documents.ts";
import type { JsonOptions } from "./json-document.ts";

/** Why a file that is called as data are is none. */
export type NotData = "weights" | "no .idx beside it" | "a tokenizer's" | "no documents in it";

/** What programs call weights and what they save beside them. */
const weights =
  /^((diffusion_)?pytorch_model|model|adapter_model|training_args|optimizer|scheduler)\b[^/\\]*\.bin$/i;

/**
 * Why a file of a folder is no data, though its name tells a format: models lie beside data, and most
 * of their files are called as data are. Undefined if it is data.
 *
 * @param asked the format that all files are said to have
 */
export async function noDataBecause(
  file: string,
  format: Format,
  asked: Format | undefined,
  options: JsonOptions & BytesOptions,
): Promise<NotData | undefined> {
  const name = basename(file);
  const hasIndex = /\.bin$/i.test(name) && existsSync(file.replace(/\.bin$/i, ".idx"));
  if (weights.test(name) && !hasIndex) return "weights";
  if (name === "merges.txt" && existsSync(join(dirname(file), "vocab.json")))
    return "a tokenizer's";
  if (asked) return undefined;
  if (format === "bin" && !hasIndex) return "no .idx beside it";
  if (format === "json" && !(await holdsDocuments(file, options))) return "no documents in it";
  return undefined;
}
