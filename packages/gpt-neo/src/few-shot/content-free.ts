import { MtfError } from "mtf";

/** Whether, and by which texts that say nothing, probabilities are calibrated. */
export type Calibrate = boolean | readonly string[];

/** The texts of Zhao et al. (2021). */
const usual = ["N/A", "[MASK]", ""];

/**
 * The texts without content that calibration asks about; none without calibration.
 *
 * @throws MtfError `bad-argument` for an empty list
 */
export function contentFreeTexts(calibrate: Calibrate): readonly string[] {
  if (typeof calibrate === "boolean") return calibrate ? usual : [];
  if (calibrate.length > 0) return calibrate;
  throw new MtfError("bad-argument", "calibrate: there is no text to calibrate by.", {
    try: ['calibrate: ["N/A"]', "calibrate: true"],
  });
}
