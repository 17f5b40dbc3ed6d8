import type { Writer } from "./writer.ts";

const pid: number = crypto.getRandomValues(new Uint32Array(1))[0]!;

/** A page has a number while it is open. What other pages of its origin are at is not known. */
export const writer: Writer = { host: "page", pid, isRunning: (other) => other === pid };
