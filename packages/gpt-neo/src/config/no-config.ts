import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import { presets } from "./presets.ts";

/** What says that a name is of no config. */
export function noConfig(name: string): MtfError {
  const names = Object.keys(presets);
  const near = nearest(name, names);
  return new MtfError("bad-argument", `'${name}' is neither a preset nor a file.`, {
    evidence: [["presets", names.join(", ")]],
    ...(near !== undefined && { try: [near] }),
  });
}
