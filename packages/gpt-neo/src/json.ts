import { MtfError } from "mtf";
import { parsePythonJson, whyNotPythonJson } from "./python-json.ts";

/** Nothing that is read here nests a tenth as deep; what does overflows the stack of its readers. */
const deepest = 127;

/**
 * The value of a JSON file's text, which may be Python's: `NaN` and `Infinity` are numbers. A byte
 * order mark before it is passed over.
 *
 * @throws MtfError `bad-file` naming the line and the byte where it is not JSON, or nests too deep
 * @example
 * parseJson('{"a": 1}', "a.json"); // { a: 1 }
 */
export function parseJson(text: string, file: string): unknown {
  // As many spaces as the mark has bytes: places in the text stay places in the file.
  const plain = text.replace(/^\uFEFF/, "   ");
  try {
    const value = parsePythonJson(plain);
    if (!nestsDeeper(plain, deepest)) return value;
  } catch {
    // Where and why, the engine's message says on some versions and not on others.
  }
  const found = whyNotPythonJson(plain) ?? { offset: 0, reason: "it is no value" };
  const line = Buffer.from(plain).subarray(0, found.offset).toString("latin1").split("\n").length;
  throw new MtfError("bad-file", `${file} is not JSON: ${found.reason}.`, {
    evidence: [["at", `${file}:${line}, byte ${found.offset}`]],
    file,
    line,
    offset: found.offset,
    reason: `it is not JSON: ${found.reason}`,
  });
}

/** Whether lists and objects within each other are more than that; brackets in strings are text. */
function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === "\\") at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "[" || letter === "{") depth++;
    else if (letter === "]" || letter === "}") depth--;
    if (depth > most) return true;
  }
  return false;
}

/** Whether a value has keys: it is no list, no null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * A value in a few words for an error, whatever it is.
 *
 * @example
 * brief({ type: "Split" }); // {"type":"Split"}
 */
export function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
