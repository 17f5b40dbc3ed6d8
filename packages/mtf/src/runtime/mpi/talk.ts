import { deserialize, serialize } from "node:v8";
import type { Mpi } from "./library.ts";
import { mpiMessages } from "./messages.ts";

/** What processes tell each other beside the numbers of devices. All make the same calls in the same order. */
export interface Talk {
  /** What the first process has: it alone is asked. */
  share<T>(value: () => T | Promise<T>): Promise<T>;
  /** What each process has, by rank. */
  gather<T>(value: T): Promise<readonly T[]>;
}

/** So many looks come one after the other; later ones let other processes have the core. */
const looks = 20;

/** Milliseconds between looks at most. */
const longestPause = 10;

/** @param tag that no other messages have */
export function talkOf(mpi: Mpi, tag: number): Talk {
  const messages = mpiMessages(mpi, tag);
  const { rank, size } = mpi;
  const others = Array.from({ length: size - 1 }, (_, i) => i + 1);

  const send = (to: readonly number[], value: unknown): void => {
    const bytes = new Uint8Array(serialize(value));
    const length = Float64Array.of(bytes.length);
    for (const other of to) {
      messages.send(rank, other, length);
      messages.send(rank, other, bytes);
    }
    void messages.receive(rank, []);
  };
  const receive = async (from: number): Promise<unknown> => {
    // Whoever is awaited may take its time, which a receive of MPI's would spend turning in a circle.
    for (let i = 0; !mpi.hasCome(from, tag); i++) await pause(i - looks);
    const length = new Float64Array(1);
    void messages.receive(rank, [{ from, into: length }]);
    const bytes = new Uint8Array(length[0]!);
    void messages.receive(rank, [{ from, into: bytes }]);
    return deserialize(bytes);
  };
  const share = async <T>(value: () => T | Promise<T>): Promise<T> => {
    if (rank > 0) return (await receive(0)) as T;
    const own = await value();
    send(others, own);
    return own;
  };
  return {
    share,
    async gather<T>(value: T): Promise<readonly T[]> {
      if (rank > 0) send([0], value);
      return share(async () => {
        const all = [value];
        for (const other of others) all.push((await receive(other)) as T);
        return all;
      });
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds < 1) setImmediate(resolve);
    else setTimeout(resolve, Math.min(milliseconds, longestPause));
  });
}
