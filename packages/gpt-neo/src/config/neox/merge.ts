import { MtfError } from "mtf";
import type { Note } from "../note.ts";
import { type Entry, placeOf } from "./read.ts";

/** The keys of several files as one config. */
export interface Merged {
  readonly entries: ReadonlyMap<string, Entry>;
  /** The keys of which a later file overrules an earlier one. */
  readonly notes: readonly Note[];
}

/**
 * The keys of several files as one config. As in NeoX, a key that a later file writes with dashes
 * overrules an earlier file's; written with underscores it is an error there and here. Twice in one
 * file is an error here only.
 *
 * @throws MtfError `bad-argument` naming every key that is written twice, and where
 * @example
 * mergeEntries([...readNeox(text, "125M.yml"), ...readNeox("train-iters: 9", "mine.yml")]);
 */
export function mergeEntries(all: readonly Entry[]): Merged {
  const entries = new Map<string, Entry>();
  const notes: Note[] = [];
  const twice: Note[] = [];
  for (const entry of all) {
    const before = entries.get(entry.key);
    if (before && !overrules(entry, before)) {
      twice.push([entry.key, `${placeOf(before)} and ${placeOf(entry)}`]);
      continue;
    }
    if (before) notes.push([`${placeOf(entry)} ${entry.key}`, `overrules ${placeOf(before)}`]);
    entries.set(entry.key, entry);
  }
  if (twice.length === 0) return { entries, notes };
  const what = twice.length === 1 ? "a key is" : `${twice.length} keys are`;
  throw new MtfError("bad-argument", `${what} written twice (- and _ are the same).`, {
    evidence: twice,
    try: all.some(canOverrule)
      ? ["dashes in a later file, as in num-layers: NeoX lets these overrule an earlier one"]
      : [],
    problems: twice,
  });

  /** Whether it is one of those, in a later file, that dashes would have made right. */
  function canOverrule({ key, file }: Entry): boolean {
    const at = twice.some(([name]) => name === key);
    return at && key.includes("_") && entries.get(key)!.file !== file;
  }
}

/** NeoX looked for a key as it is written among the earlier ones, which have underscores. */
function overrules(later: Entry, earlier: Entry): boolean {
  return later.file !== earlier.file && later.written !== later.key;
}
