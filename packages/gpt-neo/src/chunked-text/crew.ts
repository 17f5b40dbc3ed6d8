import type { Start } from "../tokenize/messages.ts";
import { openPool, type Pool } from "../tokenize/pool.ts";
import type { Encoded, Unit } from "../tokenize/unit.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { type Lanes, openLanes } from "./lanes.ts";

/** Threads that tokenize for all texts of a run, and what they do next. */
export interface Crew extends Lanes {
  encode(unit: Unit): Promise<Encoded>;
  /** Lets the threads go if nobody has anything for them; they come back when somebody has. */
  rest(): Promise<void>;
}

/** Chunks that are under way for each thread: while one is encoded, another is read or written. */
const perThread = 2;

/**
 * Starts a crew, whose threads start when there is something to encode.
 *
 * @param threads 0 for none beside this one
 */
export function openCrew(threads: number, start: Start, tokenizer: Tokenizer): Crew {
  const lanes = openLanes(Math.max(1, threads * perThread));
  let pool: Pool | undefined;
  let busy = 0;
  let closed = false;
  const letGo = async (): Promise<void> => {
    const before = pool;
    pool = undefined;
    await before?.close();
  };
  return {
    ...lanes,
    async encode(unit) {
      // Threads that start now would never end.
      if (closed) throw new Error("closed before its turn");
      pool ??= openPool(threads, start, tokenizer);
      busy++;
      try {
        return await pool.encode(unit);
      } finally {
        busy--;
      }
    },
    rest: async () => (busy === 0 ? letGo() : undefined),
    async close() {
      closed = true;
      const ended = lanes.close();
      // What the threads are at comes to nothing.
      await letGo();
      await ended;
    },
  };
}
