/**
 * Where bytes stop being UTF-8: the first byte of the broken character. Their length if they never
 * do; the last character may be cut.
 */
export function invalidUtf8At(bytes: Uint8Array): number {
  const valid = (length: number, stream: boolean): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  if (valid(bytes.length, true)) return bytes.length;
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (valid(middle, true)) good = middle;
    else bad = middle;
  }
  return valid(good, false) ? good : lastLead(bytes.subarray(0, good));
}

/** The first byte of the last character that has more than one. */
export function lastLead(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte >= 0xc0);
}
