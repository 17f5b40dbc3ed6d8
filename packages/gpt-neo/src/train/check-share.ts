import { MtfError } from "mtf";
import type { Config } from "../config/index.ts";
import { optionsInWords } from "../options-in-words.ts";
import type { TrainOptions } from "./options.ts";

/**
 * Checks that a part that is to be held back is validated with: data to validate with take its place,
 * whoever names them.
 *
 * @throws MtfError `bad-argument` for `validationShare` beside such data
 */
export function checkShare(options: TrainOptions, { training }: Pick<Config, "training">): void {
  const { validationData, validationShare } = options;
  const named = training.validation_data ?? [];
  if (!validationShare || (validationData === undefined && named.length === 0)) return;
  const others = optionsInWords({ set: { validation_data: null } });
  throw new MtfError(
    "bad-argument",
    "`validationShare` has nothing to hold back: other data are there to validate with.",
    {
      evidence: named.map((path) => ["validates with", path] as const),
      try: [
        "no `validationShare`",
        validationData === undefined ? `${others} beside it` : "no `validationData`",
      ],
    },
  );
}
