import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , folder, ...rest] = process.argv;

/** What a script that runs as ranks was given. */
export const given: readonly string[] = rest;

/** Tells the test that started this rank. What ranks print is mixed up. */
export function tell(rank: number, lines: readonly string[]): void {
  writeFileSync(join(folder!, `${rank}`), lines.join("\n"));
}
