import { extname } from "node:path";
import { MtfError } from "mtf";
import type { DocumentPart } from "./document.ts";
import { readJsonl } from "./jsonl.ts";
import { readText } from "./text.ts";

/** How a file is read, by the end of its name. */
export const readers: Readonly<Record<string, (file: string) => AsyncGenerator<DocumentPart>>> = {
  ".txt": readText,
  ".jsonl": readJsonl,
};

/**
 * The documents of files, one after the other, in parts.
 *
 * @throws MtfError `bad-argument` for a name that tells no format, `bad-file` for bad data
 * @example
 * for await (const part of readDocuments(["a.txt", "b.jsonl"])) if (part.kind === "text") …
 */
export async function* readDocuments(files: readonly string[]): AsyncGenerator<DocumentPart> {
  const found = files.map((file) => {
    const reader = readers[extname(file).toLowerCase()];
    if (reader) return reader(file);
    const known = Object.keys(readers).join(", ");
    throw new MtfError("bad-argument", `${file}: its name tells no format of data.`, {
      evidence: [["formats", known]],
      file,
    });
  });
  for (const documents of found) yield* documents;
}
