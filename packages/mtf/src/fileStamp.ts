/**
 * What tells a file from the one that was there before, under the same name: whoever has read a header
 * has others read what it describes, and a file that was replaced meanwhile has another.
 *
 * @param stats what the file system says of it
 */
export function fileStamp(stats: {
  readonly size: number;
  readonly mtimeMs?: number;
  readonly ino?: number;
}): string {
  return [stats.ino ?? 0, stats.size, stats.mtimeMs ?? 0].join("-");
}
