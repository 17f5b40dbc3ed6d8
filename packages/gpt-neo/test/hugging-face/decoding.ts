import { decodingNames } from "../../src/generate/options/check.ts";
import type { DecodingOptions } from "../../src/generate/options/decoding.ts";

/** A fixture's options by their names here; what is no option is left out. */
export function decodingOf(row: object): DecodingOptions {
  const named = Object.entries(row).map(([name, value]) => [camel(name), value] as const);
  return Object.fromEntries(named.filter(([name]) => decodingNames.includes(name as never)));
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
