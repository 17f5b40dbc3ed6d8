/** A line of progress, which is not a result. */
export function note(text: string): void {
  console.error(text);
}

/** Rows of cells in columns: the first to the left, the others, figures, to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  return all.map(line).join("\n");
}

export function printLines(objects: readonly object[]): void {
  for (const object of objects) console.log(JSON.stringify(object));
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A number as tables show it: three significant digits, thousands apart. */
export function figure(x: number): string {
  if (!Number.isFinite(x)) return `${x}`;
  const digits = x === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))));
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return x.toLocaleString("en-US", shown);
}

/** `64 KB`, `1.52 GB`. */
export function size(bytes: number): string {
  const [unit, name] =
    bytes >= 2 ** 30 ? [2 ** 30, "GB"] : bytes >= 2 ** 20 ? [2 ** 20, "MB"] : [2 ** 10, "KB"];
  const n = bytes / (unit as number);
  return `${Number.isInteger(n) ? n : figure(n)} ${name}`;
}
