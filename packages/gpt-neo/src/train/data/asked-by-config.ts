import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import { optionsInWords } from "../../options-in-words.ts";

/**
 * An error about data to validate with that the config names: whoever gave only data to train on has to
 * be told who asked for them, and what to give.
 */
export function askedByConfig(error: unknown): unknown {
  if (!(error instanceof MtfError)) return error;
  const { evidence = [], try: before = [], ...details } = error.details;
  return new MtfError(error.code, sentenceOf(error), {
    ...details,
    evidence: [...evidence, ["asked for", "by the config, as its data to validate with"]],
    try: [
      ...before,
      "`validationData` with other files",
      `${optionsInWords({ set: { validation_data: null } })}, to hold back a part of the data`,
    ],
  });
}
