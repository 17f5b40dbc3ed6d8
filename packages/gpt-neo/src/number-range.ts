/** Which numbers an option takes: those from `least` on, or above 0 without it, up to `most`. */
export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
  /** Whether it takes `Infinity`, too. */
  readonly endless?: boolean;
}

/** Whether a number is one of them; NaN never is. */
export function isIn(range: NumberRange, x: number): boolean {
  const { least, most = Number.MAX_VALUE, whole, endless } = range;
  if (endless && x === Number.POSITIVE_INFINITY) return true;
  const enough = least === undefined ? x > 0 : x >= least;
  return Number.isFinite(x) && enough && x <= most && (!whole || Number.isSafeInteger(x));
}

/**
 * What a number must be.
 *
 * @example
 * rangeInWords({ least: 0, most: 1 }); // "a number from 0 on and at most 1"
 */
export function rangeInWords({ least, most, whole, endless }: NumberRange): string {
  const kind = whole ? "a whole number" : "a number";
  if (least === Number.NEGATIVE_INFINITY) return kind;
  if (whole && most !== undefined) return `${kind} from ${least} to ${most}`;
  const from = least === undefined ? "above 0" : `from ${least} on`;
  const to = most === undefined ? "" : ` and at most ${most}`;
  return `${kind} ${from}${to}${endless ? ", or Infinity" : ""}`;
}
