import type { BytesOptions } from "./bytes/options.ts";
import type { DocumentPart } from "./document.ts";
import { documentOfJson, type JsonOptions } from "./json-document.ts";
import { linesOf } from "./lines.ts";

/**
 * Reads JSON lines, a document each, as `documentOfJson` has it. Blank lines are skipped, and a byte
 * order mark.
 *
 * @throws MtfError `bad-file` naming file, line, byte and reason
 */
export async function* readJsonl(
  file: string,
  { textKey, ...options }: JsonOptions & BytesOptions = {},
): AsyncGenerator<DocumentPart> {
  for await (const line of linesOf(file, options)) {
    const document = documentOfJson(file, line, textKey);
    if (document) yield document;
  }
}
