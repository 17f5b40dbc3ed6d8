import { isOwn } from "./ownCode.ts";
import { type Frame, fileOf, framesIn } from "./stack.ts";

/** A line of the user's program: `train.ts:31`. */
export type SourceLine = string;

/** How many frames are looked at: few at first, for each of them costs; most ops need no more. */
const depths = [5, 12, 50];

/**
 * The innermost line of the call stack that is not the library's own.
 *
 * @example
 * captureLine(); // "model.ts:74"
 */
export function captureLine(): SourceLine {
  for (const depth of depths) {
    const line = lineOf(framesOf(held(depth, captureLine)));
    if (line !== undefined) return line;
  }
  return "?";
}

/**
 * As `captureLine`, told when it is asked for: to hold a stack takes a third of what it takes to look at it.
 *
 * @example
 * const line = holdLine();
 * line(); // "model.ts:74", wherever it is asked
 */
export function holdLine(): () => SourceLine {
  const stack = held(depths.at(-1)!, holdLine);
  return () => lineOf(framesOf(stack)) ?? "?";
}

/** A call stack that nobody has looked at yet. */
interface Held {
  readonly stack?: unknown;
}

/** @param above where the innermost frames end that are not of interest */
function held(depth: number, above: () => unknown): Held {
  const limit = Error.stackTraceLimit;
  const holder: Held = {};
  Error.stackTraceLimit = depth;
  Error.captureStackTrace(holder, above);
  Error.stackTraceLimit = limit;
  return holder;
}

/** Whether someone else maps lines to other sources: then only the text of a stack shows them. */
function mapped(): boolean {
  const host = globalThis as { process?: { sourceMapsEnabled?: boolean } };
  const prepare = Error.prepareStackTrace;
  const own = prepare === undefined || prepare.name === "ErrorPrepareStackTrace";
  return !own || host.process?.sourceMapsEnabled === true;
}

/** The frames before they are printed, if it can be: five times as fast as reading the text. */
function framesOf(holder: Held): readonly Frame[] {
  if (mapped()) return framesFrom(holder.stack);
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites;
  const { stack } = holder;
  Error.prepareStackTrace = before as never;
  return framesFrom(stack);
}

/** Whoever maps lines may give frames, too, whose lines are then looked up where they are asked for. */
function framesFrom(stack: unknown): readonly Frame[] {
  return Array.isArray(stack) ? stack : framesIn(String(stack));
}

function lineOf(frames: readonly Frame[]): SourceLine | undefined {
  const self = ownFile();
  for (const frame of frames) {
    const file = fileOf(frame);
    if (file === undefined || isOwn(frame, file, self)) continue;
    return `${nameOf(file)}:${frame.getLineNumber()}`;
  }
  return undefined;
}

const ownFiles: { plain?: string; mapped?: string } = {};

/** This file as stacks show it here: what frames of the library look like. */
function ownFile(): string {
  const kind = mapped() ? "mapped" : "plain";
  ownFiles[kind] ??= framesOf(held(1, ownFile)).map(fileOf)[0] ?? "";
  return ownFiles[kind];
}

function nameOf(file: string): string {
  const end = file.search(/[?#]|$/);
  const begin = Math.max(file.lastIndexOf("/", end), file.lastIndexOf("\\", end)) + 1;
  return file.slice(begin, end);
}
