import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isObject } from "../json.ts";
import { processStart } from "./process-start.ts";

/** Who holds a lock, as its file says. */
export interface Holder {
  /** Where numbers of processes mean the same: a machine, or a container on one. */
  readonly host: string;
  readonly pid: number;
  /** When the process began. */
  readonly start: string;
  /** When it took the lock. */
  readonly since: string;
}

/** Longer than a holder elsewhere is silent: whether it runs cannot be asked there. */
const longestSilence = 120_000;

/** This process. */
export function thisProcess(): Holder {
  const start = processStart(process.pid) ?? "unknown";
  return { host: thisHost(), pid: process.pid, start, since: new Date().toISOString() };
}

/**
 * The holder that a lock's file names; undefined for a file that was not written to its end.
 *
 * @example
 * holderIn('{"host":"a","pid":7,"start":"1","since":"2026-01-01T00:00:00.000Z"}')?.pid; // 7
 */
export function holderIn(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const known = isObject(value) && Number.isInteger(value.pid) && typeof value.host === "string";
    return known ? (value as unknown as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that holds a lock still runs.
 *
 * @param silence milliseconds since the lock's file was last touched
 */
export function holds(holder: Holder | undefined, silence: number): boolean {
  if (holder?.host !== thisHost()) return silence < longestSilence;
  const start = processStart(holder.pid);
  if (start === undefined) return false;
  return start === holder.start || [start, holder.start].includes("unknown");
}

function thisHost(): string {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}
