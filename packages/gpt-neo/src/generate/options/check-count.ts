import { MtfError } from "mtf";
import type { Sampling } from "../sample.ts";
import type { DecodingOptions } from "./decoding.ts";

/** @throws MtfError `bad-argument` if so many texts cannot be had of a prompt */
export function checkCount(options: DecodingOptions, { kind }: Sampling): void {
  const { numBeams = 1, numReturnSequences = 1 } = options;
  if (numBeams === 1 && kind === "greedy" && numReturnSequences > 1) {
    throw new MtfError(
      "bad-argument",
      "generate: the likeliest ids make one text, and not several.",
      {
        evidence: [["numReturnSequences", `${numReturnSequences}`]],
        try: ["doSample: true", `numBeams: ${numReturnSequences}`],
      },
    );
  }
  if (numBeams === 1 || numReturnSequences <= numBeams) return;
  throw new MtfError(
    "bad-argument",
    "generate: more texts are asked for than beams are followed.",
    {
      evidence: [
        ["numReturnSequences", `${numReturnSequences}`],
        ["numBeams", `${numBeams}`],
      ],
      try: [`numBeams: ${numReturnSequences}`],
    },
  );
}
