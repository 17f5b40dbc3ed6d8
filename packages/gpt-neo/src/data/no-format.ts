import { MtfError } from "mtf";
import { optionsInWords } from "../options-in-words.ts";
import { badData } from "./bad-data.ts";
import { formats, knownExtensions } from "./format.ts";
import { isPipe, shownName } from "./pipe.ts";

/** The error of a path whose name tells no format. */
export async function noFormat(path: string): Promise<MtfError> {
  if (await isPipe(path)) {
    return new MtfError("bad-argument", `${shownName(path)} has no name that tells its format.`, {
      try: [
        optionsInWords({ inputFormat: formats.filter((format) => format !== "bin").join("|") }),
      ],
      file: path,
    });
  }
  const archive = /\.(tar|zip|xz|tar\.gz|tar\.zst|tgz)$/i.test(path);
  if (archive) return badData({ file: path, offset: 0 }, "it is an archive: unpack it first");
  return new MtfError("bad-argument", `${path}: its name tells no format of data.`, {
    evidence: [["formats", `${knownExtensions.join(", ")}, each also .gz and .zst`]],
    try: [optionsInWords({ inputFormat: formats.join("|") })],
    file: path,
  });
}
