/** A row that may get more tokens. */
export interface Waiting {
  /** How many tokens of it are not there yet: at least one. */
  readonly fresh: number;
}

/** The lengths of chunks that programs are made for, beside 1. */
const lengths = [64, 32, 16, 4];

/** The most tokens that a chunk adds while others wait for their next. */
const most = 64;

/** Rows that get tokens in one run: of each as many as `length`, or all where it has fewer. */
export interface Chunk<Row> {
  readonly rows: readonly Row[];
  readonly length: number;
}

/**
 * What is computed before anybody else is heard: a token of each row that needs few, and one chunk of
 * those that need more, in the order in which they come. So a long prompt holds up the others by no
 * more than a chunk at a time.
 */
export function turnOf<Row extends Waiting>(rows: readonly Row[]): readonly Chunk<Row>[] {
  const single = rows.filter((row) => lengthFor(row) === 1);
  const [first, ...others] = rows.filter((row) => lengthFor(row) > 1);
  const chunks: Chunk<Row>[] = [];
  if (single.length > 0) chunks.push({ rows: single, length: 1 });
  if (first) {
    const length = lengthFor(first);
    const alike = others.filter((row) => lengthFor(row) === length);
    chunks.push({ rows: [first, ...alike].slice(0, most / length), length });
  }
  return chunks;
}

/** The longest that is filled by more than half, so that little is computed for nothing. */
function lengthFor({ fresh }: Waiting): number {
  return lengths.find((length) => 2 * fresh > length) ?? 1;
}
