import { type Absent, absent } from "./absent.ts";

export const createHash: Absent = absent("createHash");

export function randomUUID(): string {
  // Not `crypto.randomUUID`, which pages have over https alone.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) =>
    word.toString(16).padStart(8, "0"),
  ).join("-");
}
