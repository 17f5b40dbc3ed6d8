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
  Error.stackTraceLimit = 16;
  try {
    return mapped() ? fromText(new Error().stack ?? "") : fromCallSites();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const own = import.meta.url.replace(/^file:\/\//, "").replace(/[^/\\]*$/, "");

/** Whether someone else maps line numbers to other sources: only the text of a stack shows them. */
function mapped(): boolean {
  const host = globalThis as { process?: { sourceMapsEnabled?: boolean } };
  const prepare = Error.prepareStackTrace;
  const own = prepare === undefined || prepare.name === "ErrorPrepareStackTrace";
  return !own || host.process?.sourceMapsEnabled === true;
}

/** A frame as V8 knows it, before it is printed: five times as fast as reading the text. */
interface CallSite {
  getFileName(): string | null;
  getLineNumber(): number | null;
}

function fromCallSites(): SourceLine {
  const holder: { stack?: unknown } = {};
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, captureLine);
  const sites = holder.stack as readonly CallSite[] | string;
  Error.prepareStackTrace = before as never;
  if (typeof sites === "string") return fromText(sites);
  for (const site of sites) {
    const file = site.getFileName();
    if (file === null || libraryFile(file)) continue;
    return `${file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1)}:${site.getLineNumber()}`;
  }
  return "?";
}

function fromText(stack: string): SourceLine {
  for (const frame of stack.split("\n").slice(1)) {
    if (libraryFile(frame)) continue;
    const match = /([^/\\( ]+):(\d+):\d+\)?$/.exec(frame);
    if (match) return `${match[1]}:${match[2]}`;
  }
  return "?";
}

function libraryFile(text: string): boolean {
  return text.includes(own) && !text.includes(".test.ts");
}
