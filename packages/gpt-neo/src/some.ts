/**
 * So many of something, as people read it.
 *
 * @example
 * some(1, "document"); // "1 document"
 * some(1234, "token"); // "1,234 tokens"
 */
export function some(number: number, what: string): string {
  return `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
}
