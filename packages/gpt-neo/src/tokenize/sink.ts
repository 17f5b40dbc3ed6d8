import type { Encoded } from "./unit.ts";

/** Where documents of ids go. All that was saved stays when the process is stopped. */
export interface Sink {
  /** Appends a unit's documents; `open` as of `Encoded`. */
  append(ids: Encoded["ids"], lengths: Uint32Array, open: boolean): Promise<void>;
  /** Puts everything on disk, and says how to go on from here. */
  save(): Promise<SinkState>;
  /** Ends the files. What they are, for the user. */
  finish(): Promise<readonly string[]>;
  /** Removes what only going on would need. */
  clean(): Promise<void>;
  /** Lets the files go as they are. */
  close(): Promise<void>;
}

/** Numbers and ids enough to go on writing. */
export type SinkState = Readonly<Record<string, number | readonly number[]>>;
