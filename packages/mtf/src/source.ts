/** A line of the user's program: `train.ts:31`. */
export type Source = string;

/**
 * The innermost line of the call stack that is not the library's own.
 *
 * @param skip how many frames above the caller to leave out
 */
export function captureSource(): Source {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  for (const frame of stack.split("\n").slice(1)) {
    if (libraryFrame(frame)) continue;
    const match = /([^/\\( ]+):(\d+):\d+\)?$/.exec(frame);
    if (match) return `${match[1]}:${match[2]}`;
  }
  return "?";
}

const own = import.meta.url.replace(/^file:\/\//, "").replace(/[^/\\]*$/, "");

function libraryFrame(frame: string): boolean {
  return frame.includes(own) && !/\.test\.ts/.test(frame);
}
