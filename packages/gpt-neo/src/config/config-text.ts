import { readSmallFile } from "../small-file.ts";

/** Many times as much as any config has. */
const longestConfig = 16 << 20;

/** The text of a config's file. */
export function textOf(file: string): Promise<string> {
  return readSmallFile(file, longestConfig);
}
