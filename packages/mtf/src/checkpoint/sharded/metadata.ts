import { tell } from "../../arguments.ts";
import { MtfError } from "../../errors.ts";
import { isPlainObject } from "../../record.ts";

/**
 * Metadata as they will be read again: a copy, so that the caller may go on changing its own.
 *
 * @throws MtfError `bad-argument` naming the place of what JSON would lose, or turn into something else
 */
export function keptMetadata(metadata: unknown): unknown {
  return kept(metadata, "", []);
}

function kept(value: unknown, path: string, within: readonly unknown[]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const list = Array.isArray(value);
  if (!list && !isPlainObject(value)) throw refused(path, `is ${tell(value)}`);
  if (within.includes(value)) throw refused(path, "is within itself");
  if (within.length === deepest) throw refused(path, `lies more than ${deepest} levels deep`);
  const inside = (child: unknown, key: string | number) =>
    kept(child, path === "" ? `${key}` : `${path}/${key}`, [...within, value]);
  // Array.from has the holes, too, which JSON would fill with null.
  if (list) return Array.from(value, inside);
  // What is undefined is not there, in JSON as in JavaScript.
  const entries = Object.entries(value).filter(([, child]) => child !== undefined);
  return Object.fromEntries(entries.map(([key, child]) => [key, inside(child, key)]));
}

/** Deeper than settings go, and no deeper than everything reads that reads JSON. */
const deepest = 100;

function refused(path: string, what: string): MtfError {
  const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
  const where = path === "" ? "the metadata" : `'${shown}' of the metadata`;
  return new MtfError("bad-argument", `${where} ${what}, which JSON cannot hold.`, { path });
}
