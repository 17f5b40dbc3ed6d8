/** A line of the user's program: `train.ts:31`. */
export type Source = string;

/**
 * The innermost line of the call stack that is not the library's own.
 *
 * @example
 * captureSource(); // "model.ts:74"
 */
export function captureSource(): Source {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  try {
    return Error.prepareStackTrace === undefined && !sourceMapsEnabled()
      ? fromCallSites()
      : fromText(new Error().stack ?? "");
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const own = import.meta.url.replace(/^file:\/\//, "").replace(/[^/\\]*$/, "");

/** Whose line numbers are mapped by someone else is asked for its stack as text. */
function sourceMapsEnabled(): boolean {
  const host = globalThis as { process?: { sourceMapsEnabled?: boolean } };
  return host.process?.sourceMapsEnabled === true;
}

/** A frame as V8 knows it, before it is printed: five times as fast as reading the text. */
interface CallSite {
  getFileName(): string | null;
  getLineNumber(): number | null;
}

function fromCallSites(): Source {
  const holder: { stack?: unknown } = {};
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, captureSource);
  const sites = holder.stack as readonly CallSite[] | string;
  Error.prepareStackTrace = undefined as never;
  if (typeof sites === "string") return fromText(sites);
  for (const site of sites) {
    const file = site.getFileName();
    if (file === null || libraryFile(file)) continue;
    return `${file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1)}:${site.getLineNumber()}`;
  }
  return "?";
}

function fromText(stack: string): Source {
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
