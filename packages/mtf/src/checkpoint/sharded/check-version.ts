import { MtfError } from "../../errors.ts";
import { isPlainObject } from "../../record.ts";
import { formatName, formatVersion } from "./format.ts";

/**
 * Refuses a checkpoint that a later version wrote: it is whole, and nobody should take it for damaged.
 *
 * @param file its index
 * @throws MtfError `bad-checkpoint` naming the version
 */
export function checkVersion(index: unknown, folder: string, file: string): void {
  if (!isPlainObject(index) || index.format !== formatName) return;
  const { version } = index;
  if (version === 1 || version === 2 || version === formatVersion) return;
  throw new MtfError("bad-checkpoint", `${folder} is a checkpoint of version ${version}.`, {
    evidence: [["known here", `versions 1 to ${formatVersion}`]],
    try: ["the program that wrote it"],
    file,
  });
}
