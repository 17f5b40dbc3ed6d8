import type { Progress } from "../progress.ts";
import { follows } from "../team.ts";

/** What a progress line is written to: `process.stderr`, or a test's. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly stream?: ProgressStream;
  /** Milliseconds between lines: by default 100 on a terminal, 10,000 elsewhere. */
  readonly interval?: number;
  readonly now?: () => number;
}

/** Standard error, where this process is the one that tells. */
const leadersErrors: ProgressStream = {
  get isTTY() {
    return process.stderr.isTTY;
  },
  get columns() {
    return process.stderr.columns;
  },
  write: (text) => follows() || process.stderr.write(text),
};

/**
 * Off a terminal a first line waits for so many milliseconds: what is over by then is one line, not two
 * that hardly differ.
 */
const patience = 100;

/** Goes to the beginning of the line and empties it. */
const clear = "\r\u001b[K";

/**
 * A progress line that rewrites itself on a terminal, and is a plain line now and then elsewhere.
 *
 * @example
 * const progress = progressLine();
 * progress.update("step 7 of 100, loss 2.31");
 * progress.end();
 */
export function progressLine(options: ProgressOptions = {}): Progress {
  const { stream = leadersErrors, now = () => performance.now() } = options;
  const rewrites = stream.isTTY === true;
  const interval = options.interval ?? (rewrites ? 100 : 10_000);
  let shown = "";
  let latest = "";
  let next = Number.NEGATIVE_INFINITY;

  const show = (): void => {
    if (shown === latest) return;
    stream.write(rewrites ? clear + fit(latest, stream.columns) : `${latest}\n`);
    shown = latest;
    next = now() + interval;
  };
  return {
    update(line) {
      if (latest === "" && !rewrites) next = Math.max(next, now() + Math.min(patience, interval));
      latest = line;
      if (now() >= next) show();
    },
    note(line) {
      stream.write(rewrites ? `${clear}${line}\n` : `${line}\n`);
      if (rewrites && shown !== "") stream.write(fit(shown, stream.columns));
    },
    end() {
      show();
      if (rewrites && shown !== "") stream.write("\n");
      shown = "";
      latest = "";
    },
  };
}

/** A line that is wider than the terminal would wrap, and could not be rewritten. */
function fit(line: string, columns = 80): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}

/** `3 s`, `2 min 5 s`, `1 h 30 min`: as precise as a person wants to know. */
export function printDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds > 0 && seconds < 0.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
