/** Which numbers an option takes: those from `least` on, or above 0 without it, up to `most`. */
export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** Whether a number is one of them; NaN and infinity never are. */
export function isIn(
  { least, most = Number.POSITIVE_INFINITY, whole }: NumberRange,
  x: number,
): boolean {
  const enough = least === undefined ? x > 0 : x >= least;
  return Number.isFinite(x) && enough && x <= most && (!whole || Number.isSafeInteger(x));
}

/**
 * What a number must be.
 *
 * @example
 * rangeInWords({ least: 0, most: 1 }); // "a number from 0 on and at most 1"
 */
export function rangeInWords({ least, most, whole }: NumberRange): string {
  const from = least === undefined ? " above 0" : ` from ${least} on`;
  const begin = least === Number.NEGATIVE_INFINITY ? "" : from;
  return `a ${whole ? "whole " : ""}number${begin}${most === undefined ? "" : ` and at most ${most}`}`;
}
