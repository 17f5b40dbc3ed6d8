import { MtfError } from "mtf";

/** The error of something that is where a folder is wanted. */
export function noFolder(path: string, is: "a file" | "a link to what is not there"): MtfError {
  return new MtfError("bad-file", `${path} is ${is}${is === "a file" ? ", not a folder" : ""}.`, {
    try: [`another path, or moving ${path} away`],
    file: path,
  });
}
