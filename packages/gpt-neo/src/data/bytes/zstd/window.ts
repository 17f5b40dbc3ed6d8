import { optionsInWords } from "../../../options-in-words.ts";
import { Damage } from "./damage.ts";

/** The reference's own default limit for streams, which `zstd --long` stays within. */
export const usualWindow: number = 128 * 2 ** 20;

/** The largest window that the reference reads, as `zstd --long=31` makes it. */
export const largestWindow: number = 2 * 2 ** 30;

/**
 * Checks that a frame's window is within what is allowed: that much memory it will take.
 *
 * @throws Damage that says what to allow
 */
export function checkWindow(window: number, allowed: number): void {
  if (window > largestWindow) {
    throw new Damage(`it needs a window of ${printSize(window)}, more than any reader's 2GiB`);
  }
  if (window <= allowed) return;
  const sentence = `it needs a window of ${printSize(window)}, more than the allowed ${printSize(allowed)}`;
  throw new Damage(sentence, [
    `${optionsInWords({ zstdWindow: window })}, if there is as much memory`,
  ]);
}

/** A size as `--zstd-window` takes it, rounded up. */
function printSize(bytes: number): string {
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}GiB` : `${Math.ceil(bytes / 2 ** 20)}MiB`;
}
