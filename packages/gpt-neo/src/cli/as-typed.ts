import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import { isObject } from "../json.ts";
import { typed } from "./option.ts";

const name = "[a-z][a-zA-Z0-9]*";
const value = /"(?:[^"\\]|\\.)*"|\[[^\]`]*\]|\{[^}`]*\}|-?\d[\d.e+-]*|true/.source;
const option = `${name}: (?:${value})`;

/** Options that are shorter where they are typed. */
const shorter: Readonly<Record<string, string>> = { numBeams: "beams", stopStrings: "stop" };

/** What sentences of the library have between backticks: an option's name, or options with values. */
const inWords = new RegExp(`\`(?:(${name})|(${option}(?:, ${option})*))\``, "g");

/**
 * A sentence of the library's with its options as they are typed: there they are what code writes,
 * between backticks.
 *
 * @example
 * asTyped('text needs `tokenizer: "FILE"`'); // text needs --tokenizer FILE
 */
export function asTyped(sentence: string): string {
  return sentence.replace(inWords, (_, key: string | undefined, options: string) => {
    if (key !== undefined) return named(key);
    const given = [...options.matchAll(new RegExp(`(${name}): (${value})`, "g"))];
    return given.map(([, key, one]) => `${named(key!)}${asWords(one!)}`).join(" ");
  });
}

/** An error of the library's in the same words, in columns of their width. */
export function errorAsTyped(error: MtfError): MtfError {
  const { evidence = [], try: instead = [], ...rest } = error.details;
  return new MtfError(error.code, asTyped(sentenceOf(error)), {
    ...rest,
    evidence: evidence.map(([label, text]) => [asTyped(label), asTyped(text)] as const),
    try: instead.map(asTyped),
  });
}

function named(key: string): string {
  return `--${typed(shorter[key] ?? key)}`;
}

/** What stands behind an option, with the space before it: nothing behind a flag. */
function asWords(value: string): string {
  const parsed: unknown = JSON.parse(value);
  if (parsed === true) return "";
  if (Array.isArray(parsed)) return ` ${parsed.join(" ")}`;
  if (!isObject(parsed)) return ` ${parsed}`;
  return Object.entries(parsed)
    .map(([key, one]) => ` ${key}=${typeof one === "string" ? one : JSON.stringify(one)}`)
    .join("");
}
