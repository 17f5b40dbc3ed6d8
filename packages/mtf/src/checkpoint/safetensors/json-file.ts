import { badFile } from "./bad-file.ts";
import { whyNotJson } from "./json.ts";

/**
 * The value of a JSON file's text. A byte order mark before it is passed over.
 *
 * @throws MtfError `bad-file` naming the byte where it is not JSON
 */
export function jsonIn(text: string, file: string): unknown {
  // As many spaces as the mark has bytes: places in the text stay places in the file.
  const plain = text.replace(/^\uFEFF/, "   ");
  try {
    return JSON.parse(plain);
  } catch (error) {
    const found = whyNotJson(plain) ?? { offset: 0, reason: (error as Error).message };
    throw badFile(file, found.offset, `it is not JSON: ${found.reason}`);
  }
}
