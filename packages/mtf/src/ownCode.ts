import { type Frame, fileOf, framesIn } from "./stack.ts";

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

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Known {
  readonly self: string;
  /** Where that file lies, with what follows the folder's name. */
  readonly folder: string;
  /** How many notes there were: files may be loaded later. */
  readonly notes: number;
  /** By file. */
  readonly stretches: ReadonlyMap<string, readonly Stretch[]>;
}

let known: Known | undefined;

/**
 * Whether a frame is the library's.
 *
 * @param file the frame's
 * @param self the file in which stacks show the library's `captureLine`: if it is mapped to its
 * source, so are all others
 */
export function isOwn(frame: Frame, file: string, self: string): boolean {
  if (known?.self !== self || known.notes !== notes.length) {
    const folder = self.replace(/[^/\\]*$/, "");
    known = { self, folder, notes: notes.length, stretches: stretchesOf(self) };
  }
  const { folder, stretches } = known;
  if (stretches.size === 0) return isSource(file, folder);
  const own = stretches.get(file);
  if (!own) return false;
  const [line, column] = [frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0];
  return own.some(
    ({ begin, end }) => !isBefore(line, column, begin) && !isAfter(line, column, end),
  );
}

/** Whether a file is a source of the library. Tests stand beside what they test. */
function isSource(file: string, folder: string): boolean {
  return file.startsWith(folder) && !file.includes(".test.ts");
}

/** The library's stretches, where it runs as it was published; none for its sources. */
function stretchesOf(self: string): ReadonlyMap<string, readonly Stretch[]> {
  const stretches = new Map<string, readonly Stretch[]>();
  if (/[/\\]sourceLine\.ts$/.test(self)) return stretches;
  const open: (Place | undefined)[] = [];
  for (const note of notes) {
    if ("begin" in note) open.push(placeOf(note.begin));
    const begin = "end" in note ? open.pop() : undefined;
    const end = "end" in note ? placeOf(note.end) : undefined;
    if (!begin || end?.file !== begin.file) continue;
    stretches.set(begin.file, [...(stretches.get(begin.file) ?? []), { begin, end }]);
  }
  return stretches;
}

function placeOf({ stack }: Error): Place | undefined {
  const frame = framesIn(stack ?? "").find(fileOf);
  if (!frame) return undefined;
  const file = fileOf(frame)!;
  return { file, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
}

function isBefore(line: number, column: number, place: Place): boolean {
  return line < place.line || (line === place.line && column < place.column);
}

function isAfter(line: number, column: number, place: Place): boolean {
  return line > place.line || (line === place.line && column > place.column);
}
