import { MtfError } from "mtf";
import type { Format } from "./format.ts";
import { pipesAmong, shownName } from "./pipe.ts";

/**
 * Checks that what can be read once only is not needed twice.
 *
 * @throws MtfError `bad-argument` for a pipe that is named twice, or is to be a pair of files
 */
export async function checkPipes(
  files: readonly { readonly file: string; readonly format: Format }[],
): Promise<void> {
  const formatOfFile = new Map(files.map(({ file, format }) => [file, format]));
  for (const file of await pipesAmong([...formatOfFile.keys()])) {
    const name = shownName(file);
    if (formatOfFile.get(file) === "bin") {
      throw new MtfError("bad-argument", `${name} is a pipe, and .bin/.idx are two files.`, {
        try: ["the path of the .bin", '`inputFormat: "uint16"`, if it is ids of 16 bits alone'],
        file,
      });
    }
    if (files.filter((one) => one.file === file).length > 1) {
      throw new MtfError("bad-argument", `${name} is named twice, and can be read once.`, { file });
    }
  }
}
