import type { Barrier } from "../collectives/shared/collectives.ts";
import { Aborted } from "../failure.ts";

/** How long to sleep before looking whether the others have given up, in milliseconds. */
const patience = 20;

/**
 * A barrier of threads, on counters that only ever grow. It looks a few times before it sleeps, for
 * the others are mostly just behind.
 */
export function makeBarrier(abort: SharedArrayBuffer, spins: number): Barrier {
  const aborted = new Int32Array(abort);
  return (staging) => {
    const { arrivals, members } = staging;
    const target = (++staging.passed * members.length) | 0;
    if (((Atomics.add(arrivals, 0, 1) + 1) | 0) === target) {
      Atomics.notify(arrivals, 0);
      return;
    }
    // The difference, not the order, is right after the counter has wrapped around.
    for (let i = 0; i < spins; i++) if (((Atomics.load(arrivals, 0) - target) | 0) >= 0) return;
    for (;;) {
      const seen = Atomics.load(arrivals, 0);
      if (((seen - target) | 0) >= 0) return;
      if (Atomics.load(aborted, 0) !== 0) throw new Aborted();
      Atomics.wait(arrivals, 0, seen, patience);
    }
  };
}

/** Makes everyone who waits at a barrier, or comes to one, give up. */
export function setAbort(abort: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(abort), 0, 1);
}
