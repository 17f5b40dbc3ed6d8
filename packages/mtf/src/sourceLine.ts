import { isOwn } from "./ownCode.ts";
import { type Frame, fileOf, framesIn } from "./stack.ts";

/** A line of the user's program: `train.ts:31`. */
export type SourceLine = string;

/** How many frames are looked at: few at first, for each of them costs; most ops need no more. */
const depths = [9, 50];

/**
 * The innermost line of the call stack that is not the library's own.
 *
 * @example
 * captureLine(); // "model.ts:74"
 */
export function captureLine(): SourceLine {
  const limit = Error.stackTraceLimit;
  try {
    for (const depth of depths) {
      Error.stackTraceLimit = depth;
      const line = lineOf(mapped() ? framesIn(new Error().stack ?? "") : callSites());
      if (line !== undefined) return line;
    }
    return "?";
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

/** The frames before they are printed: five times as fast as reading the text. */
function callSites(): readonly Frame[] {
  const holder: { stack?: unknown } = {};
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.captureStackTrace(holder, callSites);
  const sites = holder.stack as readonly Frame[] | string;
  Error.prepareStackTrace = before as never;
  return typeof sites === "string" ? framesIn(sites) : sites;
}

function lineOf(frames: readonly Frame[]): SourceLine | undefined {
  // The first frame is `captureLine`'s: it shows what frames of the library look like here.
  let self: string | undefined;
  for (const frame of frames) {
    const file = fileOf(frame);
    if (file === undefined) continue;
    if (self === undefined) self = file;
    else if (!isOwn(frame, file, self)) return `${nameOf(file)}:${frame.getLineNumber()}`;
  }
  return undefined;
}

function nameOf(file: string): string {
  const end = file.search(/[?#]|$/);
  const begin = Math.max(file.lastIndexOf("/", end), file.lastIndexOf("\\", end)) + 1;
  return file.slice(begin, end);
}
