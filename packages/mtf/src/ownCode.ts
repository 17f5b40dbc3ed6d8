import { type Place, placesIn } from "./stack.ts";

// How the library tells its own frames from the user's. Where it lies in files of its own, by their
// folder. A bundler may put it into one file with what uses it: so every file of the published
// package notes where it begins and where it ends, wherever that comes to be (tsup.config.ts).

/** An error made at the begin or the end of a file of the library. */
type Note = { readonly begin: Error } | { readonly end: Error };

const notes = (globalThis as { [code: symbol]: Note[] | undefined })[Symbol.for("mtf.code")] ?? [];

/** What lies between two places of a file. */
interface Stretch {
  readonly begin: Place;
  readonly end: Place;
}

interface Known {
  readonly self: string;
  /** How many notes there were: files may be loaded later. */
  readonly notes: number;
  readonly stretches: readonly Stretch[];
}

let known: Known | undefined;

/**
 * Whether a frame is the library's.
 *
 * @param self the file in which stacks show the library's `captureLine`: if it is mapped to its
 * source, so are all others
 */
export function isOwn(place: Place, self: string): boolean {
  if (known?.self !== self || known.notes !== notes.length) {
    known = { self, notes: notes.length, stretches: stretchesOf(self) };
  }
  const { stretches } = known;
  if (stretches.length > 0) return stretches.some((stretch) => contains(stretch, place));
  const folder = self.replace(/[^/\\]*$/, "");
  // Tests stand beside what they test.
  return place.file.startsWith(folder) && !place.file.includes(".test.ts");
}

/** The library's stretches, where it runs as it was published; none for its sources. */
function stretchesOf(self: string): readonly Stretch[] {
  if (/[/\\]sourceLine\.ts$/.test(self)) return [];
  const open: (Place | undefined)[] = [];
  return notes.flatMap((note): Stretch[] => {
    if ("begin" in note) open.push(placeOf(note.begin));
    const begin = "end" in note ? open.pop() : undefined;
    const end = "end" in note ? placeOf(note.end) : undefined;
    return begin && end?.file === begin.file ? [{ begin, end }] : [];
  });
}

const placeOf = ({ stack }: Error): Place | undefined => placesIn(stack ?? "")[0];

function contains({ begin, end }: Stretch, place: Place): boolean {
  if (place.file !== begin.file) return false;
  return !isBefore(place, begin) && !isBefore(end, place);
}

function isBefore(a: Place, b: Place): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
