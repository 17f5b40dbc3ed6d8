import { MtfError } from "mtf";
import { optionsInWords } from "../../options-in-words.ts";
import type { DecodingOptions } from "./decoding.ts";
import { merged, samplingOf } from "./sampling-of.ts";
import type { GenerateSettings } from "./settings.ts";

/**
 * How many texts are made of a prompt. Of what the model's own options say, as many as there can be.
 *
 * @throws MtfError `bad-argument` if more are asked for than there can be
 */
export function countOf(given: GenerateSettings, own: DecodingOptions = {}): number {
  const { numBeams = 1, numReturnSequences = 1 } = merged(own, given);
  const greedy = samplingOf(given, own).kind === "greedy";
  const most = numBeams > 1 ? numBeams : greedy ? 1 : Number.POSITIVE_INFINITY;
  const asked = given.numReturnSequences ?? 1;
  if (asked <= most) return Math.min(numReturnSequences, most);
  const evidence = [["`numReturnSequences`", `${asked}`]] as const;
  const beams = `${optionsInWords({ numBeams: asked })}, which finds as many`;
  if (numBeams === 1) {
    throw new MtfError(
      "bad-argument",
      "generate: the likeliest ids make one text, and not several.",
      { evidence, try: ["`temperature: 1`, which draws each", beams] },
    );
  }
  throw new MtfError(
    "bad-argument",
    "generate: more texts are asked for than beams are followed.",
    { evidence: [...evidence, ["`numBeams`", `${numBeams}`]], try: [beams] },
  );
}
