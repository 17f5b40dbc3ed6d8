import { type Child, startModule } from "./child.ts";
import { median } from "./report.ts";

/** What this machine's memory and processors allow, with as many threads as were asked for. */
export interface Limits {
  /** Bytes that are read from memory. */
  readonly bytesPerSecond: number;
  /** Int8 in the cache that are converted, multiplied and added up. */
  readonly convertedPerSecond: number;
}

/** Threads that measure limits, each in a process of its own. */
export interface LimitThreads {
  /** All of them at once, for so many seconds. */
  measure(seconds: number): Promise<Limits>;
  end(): Promise<void>;
}

/** @param bytes that all of them read, again and again: more than caches hold */
export function startLimits(threads: number, bytes: number): LimitThreads {
  const share = Math.ceil(bytes / threads);
  const children = Array.from(
    { length: threads },
    (): Child => startModule("lib/limits-child.ts", [`${share}`]),
  );
  return {
    async measure(seconds) {
      const found = await Promise.all(children.map((child) => child.ask<Limits>({ seconds })));
      const sum = (of: (limits: Limits) => number) => found.reduce((n, one) => n + of(one), 0);
      return {
        bytesPerSecond: sum((one) => one.bytesPerSecond),
        convertedPerSecond: sum((one) => one.convertedPerSecond),
      };
    },
    async end() {
      for (const child of children) await child.end();
    },
  };
}

/** The medians of what several rounds found. */
export function medianLimits(found: readonly Limits[]): Limits {
  return {
    bytesPerSecond: median(found.map((one) => one.bytesPerSecond)),
    convertedPerSecond: median(found.map((one) => one.convertedPerSecond)),
  };
}
