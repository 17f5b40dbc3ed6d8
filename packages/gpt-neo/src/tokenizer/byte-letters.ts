/**
 * The visible letter that GPT-2's files write for each byte: itself where it is visible, else one
 * from U+0100 on, so that a space is `Ġ`.
 */
export const byteLetters: readonly string[] = letters();

function letters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(visible ? byte : next++);
  });
}

/** Bytes in these letters. */
export function toLetters(bytes: Iterable<number>): string {
  let text = "";
  for (const byte of bytes) text += byteLetters[byte];
  return text;
}
