import { once } from "node:events";
import { follows } from "../team.ts";

/**
 * Writes to standard output, where this process is the one that tells, and waits while its reader is
 * behind: what is not read is not held.
 */
export async function writeOut(text: string): Promise<void> {
  if (follows()) return;
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
