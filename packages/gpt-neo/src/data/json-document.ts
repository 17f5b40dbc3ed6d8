import { optionsInWords } from "../options-in-words.ts";
import { parsePythonJson, whyNotPythonJson } from "../python-json.ts";
import { badData } from "./bad-data.ts";
import type { DocumentPart, Place } from "./document.ts";
import type { Piece } from "./piece.ts";
import { invalidUtf8At } from "./utf8.ts";

export interface JsonOptions {
  /** The key of the text, in place of `text` and `input_ids`. */
  readonly textKey?: string | undefined;
}

/**
 * The document of a JSON value: an object with `text` (a list of paragraphs is joined by blank lines)
 * or `input_ids`, or a bare string. Undefined where there is nothing but white space.
 *
 * @throws MtfError `bad-file` naming file, line, byte and reason
 */
export function documentOfJson(
  file: string,
  piece: Piece,
  textKey: string | undefined,
): DocumentPart | undefined {
  const from: Place = { file, line: piece.line, offset: piece.offset };
  const text = textOf(piece, from);
  if (!/\S/.test(text)) return undefined;
  const value = parse(text, from);
  const subset = subsetOf(value);
  return {
    ...documentOf(value, from, textKey),
    end: true,
    from,
    ...(subset !== undefined && { subset }),
  };
}

function textOf({ bytes, line }: Piece, from: Place): string {
  try {
    const ignoreBOM = line !== 1;
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM }).decode(bytes);
  } catch {
    const offset = from.offset + invalidUtf8At(bytes);
    throw badData({ ...from, offset }, `it is not UTF-8 from byte ${offset} on`);
  }
}

function parse(text: string, from: Place): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    const reason = whyNotPythonJson(text)?.reason ?? (error as Error).message;
    throw badData(from, `it is not JSON: ${reason}`);
  }
}

/** The part of the Pile that a document is of. */
function subsetOf(value: unknown): string | undefined {
  const meta = (value as { meta?: { pile_set_name?: unknown } } | null)?.meta;
  const name = meta?.pile_set_name;
  return typeof name === "string" ? name : undefined;
}

function documentOf(
  value: unknown,
  from: Place,
  textKey?: string,
): { kind: "text"; text: string } | { kind: "ids"; ids: Int32Array<ArrayBuffer> } {
  if (typeof value === "string") return { kind: "text", text: value };
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw badData(from, "it is neither an object nor a string");
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const text = fields[textKey ?? "text"];
  const input_ids = textKey === undefined ? fields.input_ids : undefined;
  if (text !== undefined && input_ids !== undefined) {
    throw badData(from, "it has both text and input_ids");
  }
  if (input_ids !== undefined) return { kind: "ids", ids: idsOf(input_ids, from) };
  if (typeof text === "string") return { kind: "text", text };
  if (Array.isArray(text) && text.every((part) => typeof part === "string")) {
    return { kind: "text", text: text.join("\n\n") };
  }
  if (text !== undefined) throw badData(from, "its text is no text");
  const keys = Object.keys(value).slice(0, 5).join(", ") || "none";
  const wanted = textKey === undefined ? "neither text nor input_ids" : `no ${textKey}`;
  const texts = Object.keys(value).filter((key) => typeof fields[key] === "string");
  throw badData(
    from,
    `it has ${wanted}; its keys: ${keys}`,
    texts.slice(0, 1).map((key) => `${optionsInWords({ textKey: key })}, where the text is there`),
  );
}

function idsOf(value: unknown, from: Place): Int32Array<ArrayBuffer> {
  const isId = (id: unknown): boolean =>
    typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 31;
  if (!Array.isArray(value) || !value.every(isId)) {
    throw badData(from, "its input_ids are no list of whole numbers from 0 on");
  }
  return Int32Array.from(value as number[]);
}
