/** Where something says how far it is. */
export interface Progress {
  /** Shows a new state. Off a terminal, some are left out. */
  update(line: string): void;
  /** Writes a line that stays, above the progress line. */
  note(line: string): void;
  /** Ends the progress line; the last state stays. */
  end(): void;
}
