import { MtfError } from "mtf";
import { optionsInWords } from "../options-in-words.ts";

/** The error of data to validate with that have nothing to predict. */
export function nothingToValidate(files: readonly string[], isConfigs = false): MtfError {
  const instead = [
    "`validationData` with other data",
    "no `validationData`, to hold back a part of the data",
  ];
  return new MtfError("bad-argument", "the data to validate with have nothing to predict.", {
    evidence: [
      ...(files.length > 0 ? [["files", files.join(", ")] as const] : []),
      ["needed", "a document of two tokens or more"],
    ],
    // Of what the config asks for, whoever knows that says what to give.
    ...(!isConfigs && { try: instead }),
  });
}

/** The error of a part of the data that has nothing to predict, where only that part is looked at. */
export function nothingLookedAt(): MtfError {
  return new MtfError("bad-argument", "what a validation looks at has nothing to predict.", {
    try: [
      '`validationData: ["FILE…"]`',
      `${optionsInWords({ validationShare: 0 })}, to validate with nothing`,
    ],
  });
}
