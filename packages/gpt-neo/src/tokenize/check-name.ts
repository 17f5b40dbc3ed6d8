import { MtfError } from "mtf";
import { optionsInWords } from "../options-in-words.ts";

/** File systems take names of 255 bytes; what is put around this one needs a part of them. */
const longest = 200;

/**
 * Checks that files whose names begin so lie in their folder, and can be made.
 *
 * @throws MtfError `bad-argument`
 */
export function checkName(name: string): void {
  const why = /[/\\\0]/.test(name)
    ? "is a path"
    : name === "." || name === ".." || name === ""
      ? "names no file"
      : Buffer.byteLength(name) > longest
        ? `is longer than ${longest} bytes`
        : undefined;
  if (why === undefined) return;
  const shown = name.length > 60 ? `${name.slice(0, 59)}…` : name;
  throw new MtfError("bad-argument", `${optionsInWords({ name: shown })} ${why}.`, {
    try: ["`name` with the beginning of files' names", "`out` for the folder they are put into"],
  });
}
