/** What is wrong with a zstd frame; the reader of the file adds where. */
export class Damage extends Error {
  /** What to write instead, if that helps. */
  readonly instead: readonly string[];

  constructor(reason: string, instead: readonly string[] = []) {
    super(reason);
    this.instead = instead;
  }
}
