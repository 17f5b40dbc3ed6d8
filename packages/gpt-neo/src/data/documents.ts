import { setImmediate } from "node:timers/promises";
import { MtfError } from "mtf";
import { unknownId } from "../unknown-id.ts";
import type { DocumentPart } from "./document.ts";

/** A text, ids as they stand, or a part of a document as `readDocuments` gives it. */
export type Document = string | ArrayLike<number> | DocumentPart;

/** Documents that a program has or makes, one by one. */
export type Documents = Iterable<Document> | AsyncIterable<Document>;

/** Milliseconds after which others have their turn: whoever stops this, say. */
const turn = 50;

/**
 * Documents of a program as readers give those of files.
 *
 * @param size the vocabulary's
 * @throws MtfError `bad-argument` for what is no document, or has ids that are not in the vocabulary
 */
export async function* documentParts(
  documents: Documents,
  size: number,
): AsyncGenerator<DocumentPart> {
  if (!isIterable(documents)) {
    throw new MtfError("bad-argument", "documents are no list and no iterable.", {
      evidence: [["are", printed(documents)]],
      try: ['documents: ["a text", "another one"]', 'data: "book.txt" for a file'],
    });
  }
  let count = 0;
  let since = performance.now();
  for await (const document of documents) {
    const name = `document ${count + 1}`;
    const part = partOf(document, name, size);
    if (part.end) count++;
    yield part;
    if (performance.now() - since < turn) continue;
    await setImmediate();
    since = performance.now();
  }
}

function partOf(document: Document, name: string, size: number): DocumentPart {
  const from = { file: name, offset: 0 };
  if (typeof document === "string") return { kind: "text", text: document, end: true, from };
  if (isPart(document)) return document;
  if (typeof document?.length !== "number") {
    throw new MtfError("bad-argument", `${name} is neither a text nor ids.`, {
      evidence: [["is", printed(document)]],
      try: ["a string", "[15496, 995]"],
    });
  }
  if (Buffer.isBuffer(document)) throw bytes(name);
  const wrong = unknownId(document, size);
  if (wrong === undefined) return { kind: "ids", ids: Int32Array.from(document), end: true, from };
  throw new MtfError("bad-argument", `${name} has ${wrong}, which is no id of the model.`, {
    evidence: [["vocabulary", `0 to ${size - 1}`]],
  });
}

/** What files and streams give: each byte of a text would be taken for an id. */
function bytes(name: string): MtfError {
  return new MtfError("bad-argument", `${name} is a Buffer: bytes are neither a text nor ids.`, {
    try: [
      'readFileSync("book.txt", "utf8"), or String(buffer), for a text',
      "Uint8Array.from(buffer), if they are ids",
    ],
  });
}

/** A text is iterable, too, but its characters are no documents. */
function isIterable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function isPart(document: Exclude<Document, string>): document is DocumentPart {
  return typeof document === "object" && document !== null && "kind" in document;
}

function printed(value: unknown): string {
  return typeof value === "object"
    ? (JSON.stringify(value) ?? "an object").slice(0, 60)
    : `${String(value)}`;
}
