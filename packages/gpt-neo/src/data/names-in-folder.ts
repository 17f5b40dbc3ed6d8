import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";

/** A name in a folder, and what it is of. */
export interface NamedEntry {
  /** One that is no UTF-8 has its bytes as `\xff`: no path that a program can write leads there. */
  readonly name: string;
  readonly isUtf8: boolean;
  readonly kind: "file" | "folder" | "link" | "other";
}

/** What stands in a name for bytes that are no UTF-8, and hardly ever for itself. */
const replacement = "\uFFFD";

/**
 * What is in a folder, in an order that is the same everywhere.
 *
 * @throws what the system says if it cannot be read
 */
export async function namesInFolder(path: string): Promise<readonly NamedEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const found = entries.some(({ name }) => name.includes(replacement))
    ? await byBytes(path)
    : entries.map((entry) => ({ name: entry.name, isUtf8: true, kind: kindOf(entry) }));
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function byBytes(path: string): Promise<readonly NamedEntry[]> {
  const entries = await readdir(path, { withFileTypes: true, encoding: "buffer" });
  return entries.map((entry) => {
    // A page's names are texts whatever is asked for.
    const bytes = Buffer.from(entry.name);
    const text = bytes.toString("utf8");
    const isUtf8 = Buffer.from(text).equals(bytes);
    return { name: isUtf8 ? text : inAscii(bytes), isUtf8, kind: kindOf(entry) };
  });
}

/** Bytes that are no ASCII as `\xff`. */
function inAscii(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) =>
    byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
  );
  return letters.join("");
}

function kindOf(entry: Pick<Dirent, "isFile" | "isDirectory" | "isSymbolicLink">) {
  if (entry.isFile()) return "file" as const;
  if (entry.isDirectory()) return "folder" as const;
  return entry.isSymbolicLink() ? ("link" as const) : ("other" as const);
}
