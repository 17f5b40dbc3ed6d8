/**
 * JSON as headers need it: keys that are written twice stay visible, numbers keep their text
 * (`6.0` is no integer, 2^64 - 1 loses nothing), and nesting is limited.
 */
export type Json =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "list"; readonly items: readonly Json[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Json])[] };

/** Why and where (in characters) a text is not JSON. */
export class JsonError extends Error {
  readonly at: number;

  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** As deep as the format's reference reads. */
const deepest = 127;

/**
 * Why a text is not JSON, or nests deeper than 127, and at which of its bytes; undefined if it is.
 *
 * @example
 * whyNotJson('{"a": 1,}'); // { offset: 8, reason: "'\"' is missing" }
 */
export function whyNotJson(
  text: string,
): { readonly offset: number; readonly reason: string } | undefined {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const offset = new TextEncoder().encode(text.slice(0, error.at)).byteLength;
    return { offset, reason: error.message };
  }
}

/**
 * Reads one JSON value that fills the whole text.
 *
 * @throws JsonError with the reason and the position
 */
export function parseJson(text: string): Json {
  const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings hold none of them
  const plain = /[^"\\\u0000-\u001f]*/y;
  let at = 0;

  const fail = (reason: string): JsonError => new JsonError(reason, at);
  const skip = (): void => {
    while (" \n\r\t".includes(text[at] ?? "x")) at++;
  };
  const expect = (token: string): void => {
    if (!text.startsWith(token, at)) throw fail(`'${token}' is missing`);
    at += token.length;
  };

  function hex4(): number {
    const digits = text.slice(at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw fail("an escape needs four hexadecimal digits");
    at += 4;
    return Number.parseInt(digits, 16);
  }

  function escaped(): string {
    const simple = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
    const letter = text[at++] ?? "";
    if (letter !== "u") {
      const value = simple[letter as keyof typeof simple];
      if (value === undefined) throw fail("an unknown escape");
      return value;
    }
    const unit = hex4();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit > 0xdbff || !text.startsWith("\\u", at)) throw fail("half a surrogate pair");
    at += 2;
    const low = hex4();
    if (low < 0xdc00 || low > 0xdfff) throw fail("half a surrogate pair");
    return String.fromCharCode(unit, low);
  }

  function string(): string {
    expect('"');
    let value = "";
    for (;;) {
      plain.lastIndex = at;
      const run = plain.exec(text)?.[0] ?? "";
      at += run.length;
      value += run;
      const next = text[at];
      if (next === undefined) throw fail("a string has no end");
      if (next !== '"' && next !== "\\") throw fail("a control character in a string");
      at++;
      if (next === '"') return value;
      value += escaped();
    }
  }

  function items(close: string, item: () => void): void {
    at++;
    skip();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      item();
      skip();
      if (text[at] === close) break;
      expect(",");
    }
    at++;
  }

  function value(depth: number): Json {
    if (depth > deepest) throw fail(`nested deeper than ${deepest}`);
    skip();
    switch (text[at]) {
      case undefined:
        throw fail("the text ends early");
      case '"':
        return { kind: "string", value: string() };
      case "[": {
        const list: Json[] = [];
        items("]", () => list.push(value(depth + 1)));
        return { kind: "list", items: list };
      }
      case "{": {
        const entries: [string, Json][] = [];
        items("}", () => {
          skip();
          const key = string();
          skip();
          expect(":");
          entries.push([key, value(depth + 1)]);
        });
        return { kind: "object", entries };
      }
      case "n":
        expect("null");
        return { kind: "null" };
      case "t":
        expect("true");
        return { kind: "boolean", value: true };
      case "f":
        expect("false");
        return { kind: "boolean", value: false };
      default: {
        number.lastIndex = at;
        const written = number.exec(text)?.[0];
        if (written === undefined) throw fail("a value is missing");
        at += written.length;
        return { kind: "number", text: written };
      }
    }
  }

  const result = value(0);
  skip();
  if (at < text.length) throw fail("more text after the value");
  return result;
}
