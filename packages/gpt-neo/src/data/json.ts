import { bytesOf } from "./bytes/index.ts";
import type { BytesOptions } from "./bytes/options.ts";
import type { DocumentPart } from "./document.ts";
import { documentOfJson, type JsonOptions } from "./json-document.ts";
import { valuesIn } from "./json-values.ts";

/**
 * Reads a JSON file: a list of documents, of which each is as `documentOfJson` has it, one document,
 * or several one after the other. The file may be larger than memory.
 *
 * @throws MtfError `bad-file` naming file, line, byte and reason
 */
export async function* readJson(
  file: string,
  { textKey, ...options }: JsonOptions & BytesOptions = {},
): AsyncGenerator<DocumentPart> {
  for await (const value of valuesIn(bytesOf(file, options), file)) {
    const document = documentOfJson(file, value, textKey);
    if (document) yield document;
  }
}
