import { isOwn } from "./ownCode.ts";
import { isEngine, type Place, placesIn } from "./stack.ts";

/** A line of the user's program: `train.ts:31`. */
export type SourceLine = string;

/**
 * The innermost line of the call stack that is not the library's own.
 *
 * @example
 * captureLine(); // "model.ts:74"
 */
export function captureLine(): SourceLine {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 20;
  try {
    // The first frame is this function's: it shows what frames of the library look like here.
    const [self, ...frames] = mapped() ? placesIn(new Error().stack ?? "") : callSites();
    const place = self && frames.find((frame) => !isOwn(frame, self.file));
    return place ? `${nameOf(place.file)}:${place.line}` : "?";
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Whether someone else maps lines to other sources: then only the text of a stack shows them. */
function mapped(): boolean {
  const host = globalThis as { process?: { sourceMapsEnabled?: boolean } };
  const prepare = Error.prepareStackTrace;
  const own = prepare === undefined || prepare.name === "ErrorPrepareStackTrace";
  return !own || host.process?.sourceMapsEnabled === true;
}

/** The frames as V8 knows them, before they are printed: five times as fast as reading the text. */
function callSites(): readonly Place[] {
  const holder: { stack?: unknown } = {};
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, callSites);
  const sites = holder.stack as readonly CallSite[] | string;
  Error.prepareStackTrace = before as never;
  return typeof sites === "string" ? placesIn(sites) : sites.filter(hasFile).map(placeOf);
}

interface CallSite {
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

function hasFile(site: CallSite): boolean {
  const file = site.getFileName();
  return file !== null && !isEngine(file);
}

/** Asked only when it is looked at: most frames need not be. */
const placeOf = (site: CallSite): Place => ({
  file: site.getFileName()!,
  get line() {
    return site.getLineNumber() ?? 0;
  },
  get column() {
    return site.getColumnNumber() ?? 0;
  },
});

function nameOf(file: string): string {
  const path = file.replace(/[?#].*$/, "");
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
