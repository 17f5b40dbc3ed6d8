/**
 * The most tokens that are added to a row that has some: enough for products of matrices to be fast, few
 * enough for what is held of them meanwhile, and for the slots that local layers have for them.
 */
export const longestChunk = 64;

/** The most tokens of all rows that they begin with at once: products are no faster with more. */
const most = 2048;

/** The lengths that programs are made for: a few. */
const lengths = [128, 192, 256, 384, 512, 768, 1024, 1536, 2048];

/**
 * How many tokens rows begin with at once: a length with room for the longest row and little more, or else
 * the greatest that it fills. What is left goes on from there.
 *
 * @param longest how many tokens the longest row has
 * @param room how many tokens a row may come to
 * @returns undefined where one chunk takes them all, or where rows are so many that chunks are long enough
 */
export function promptLength(rows: number, longest: number, room: number): number | undefined {
  if (longest <= longestChunk) return undefined;
  const possible = lengths.filter((length) => rows * length <= most && length <= room);
  const withAll = possible.find((length) => length >= longest);
  if (withAll !== undefined && withAll - longest <= withAll / 8) return withAll;
  return possible.findLast((length) => length <= longest);
}
