import { machineHas, type Part } from "../../machine-has.ts";
import { asTyped } from "../as-typed.ts";
import type { DevicesOptions } from "../devices-options.ts";

/** What `gpt-neo devices` found. */
export interface DevicesResult {
  readonly parts: readonly Part[];
}

/**
 * `gpt-neo devices`: tells what this machine has, and what is taken of it.
 *
 * @example
 * await run({});
 */
export async function run({
  json,
}: DevicesOptions): Promise<DevicesResult | { readonly text: string }> {
  const parts = (await machineHas()).map(({ name, advice, ...part }) => ({
    ...part,
    name: asTyped(name),
    advice: advice.map(asTyped),
  }));
  if (json) return { parts };
  const width = Math.max(...parts.map(({ name }) => name.length)) + 2;
  const lines = parts.flatMap(({ name, found, advice }) => [
    `${name.padEnd(width)}${found ?? "none"}`,
    ...advice.map((line) => `${"".padEnd(width)}${line}`),
  ]);
  return { text: lines.join("\n") };
}
