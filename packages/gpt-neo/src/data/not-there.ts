import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MtfError } from "mtf";
import { nearest, sentenceOf } from "mtf/files";
import { noSuchData } from "./bad-data.ts";

/** The error of data that are not where they were said to be, with what may have been meant. */
export async function notThere(path: string): Promise<MtfError> {
  const error = noSuchData(path, Object.assign(new Error(), { code: "ENOENT" }));
  const beside = await readdir(dirname(path)).catch(() => []);
  const near = nearest(basename(path), beside);
  const advice = [
    ...(near === undefined ? [] : [join(dirname(path), near)]),
    "a file, a folder, a pattern such as 'pile/*.jsonl.zst', or - for standard input",
  ];
  return new MtfError(error.code, sentenceOf(error), { ...error.details, try: advice });
}
