import { randomUUID } from "node:crypto";
import { whyNotJson } from "mtf/files";

/**
 * The value of JSON as Python writes it, which has `NaN`, `Infinity` and `-Infinity` beside numbers.
 *
 * @throws SyntaxError where it is not JSON otherwise
 * @example
 * parsePythonJson('{"loss": NaN, "least": -Infinity}'); // { loss: NaN, least: -Infinity }
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes("NaN") && !text.includes("Infinity")) throw error;
    // No number of JSON is NaN, so it comes in as a list that nobody else has written.
    const nan = randomUUID();
    const plain = replaced(text, (word) => {
      if (word === "NaN") return ` ["${nan}"] `;
      return word === "Infinity" ? " 1e999 " : " -1e999 ";
    });
    const isMark = (value: unknown): boolean => Array.isArray(value) && value[0] === nan;
    return JSON.parse(plain, (_, value) => (isMark(value) ? Number.NaN : value));
  }
}

/**
 * Why a text is not such JSON, and at which of its bytes; undefined if it is, and nests 127 deep at
 * most.
 *
 * @example
 * whyNotPythonJson('{"a": NaN,}'); // { offset: 10, reason: "'\"' is missing" }
 */
export function whyNotPythonJson(text: string): ReturnType<typeof whyNotJson> {
  // Zeros as long as the words leave every other character where it was.
  return whyNotJson(replaced(text, (word) => "0".padEnd(word.length)));
}

/**
 * A value in lines of JSON, with the words that Python reads for numbers that are not finite.
 *
 * @example
 * printPythonJson({ limit: Number.POSITIVE_INFINITY }); // {\n  "limit": Infinity\n}
 */
export function printPythonJson(value: unknown): string {
  const mark = randomUUID();
  const marked = JSON.stringify(
    value,
    (_, one) => (typeof one === "number" && !Number.isFinite(one) ? `${mark}${one}` : one),
    2,
  );
  return marked.replaceAll(new RegExp(`"${mark}(-?\\w+)"`, "g"), "$1");
}

/** A text of JSON in which those words are replaced, except in its strings. */
function replaced(text: string, by: (word: string) => string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const begin = quote < 0 ? text.length : quote;
    const end = quote < 0 ? text.length : endOfString(text, quote);
    pieces.push(text.slice(at, begin).replace(/NaN|-?Infinity/g, by), text.slice(begin, end));
    at = end;
  }
  return pieces.join("");
}

/** Behind the quote that ends a string, or the end of the text. */
function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
