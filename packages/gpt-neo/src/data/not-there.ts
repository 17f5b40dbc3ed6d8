import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import { nearestBeside } from "../nearest-beside.ts";
import { noSuchData } from "./bad-data.ts";

/** The error of data that are not where they were said to be, with what may have been meant. */
export async function notThere(path: string): Promise<MtfError> {
  const error = noSuchData(path, Object.assign(new Error(), { code: "ENOENT" }));
  // What is called nearly so is the same name as it is shown: it leads there no more than this one.
  if ("try" in error.details) return error;
  const near = await nearestBeside(path);
  const advice = [
    ...(near === undefined ? [] : [near]),
    "a file, a folder, a pattern such as 'pile/*.jsonl.zst', or - for standard input",
  ];
  return new MtfError(error.code, sentenceOf(error), { ...error.details, try: advice });
}
