/**
 * Rows of cells as lines of text: each column as wide as its widest cell, texts to the left.
 *
 * @param isFigure whether a column, by its number, stands to the right
 */
export function inColumns(
  rows: readonly (readonly string[])[],
  isFigure: (column: number) => boolean,
): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const aligned = (cell: string, i: number): string =>
    isFigure(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
  return rows.map((row) => row.map(aligned).join("  ").trimEnd());
}
