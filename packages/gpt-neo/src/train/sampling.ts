import { MtfError } from "mtf";
import type { Held } from "mtf/simulator";
import { decodingOf } from "../generate/decoding.ts";
import type { Generating } from "../generate/each.ts";
import { generate } from "../generate/generate.ts";
import { programsOf } from "../model-program.ts";
import type { Parameters } from "../models/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import type { Place } from "./begin.ts";

/** A text of a model as it is by now. */
export type Sampling = (parameters: Held<Parameters>, step: number) => Promise<string>;

/** Long enough to see what a model has learnt, short enough not to wait for. */
const newTokens = 64;

/**
 * What samples text from a run's parameters where they lie: from an end of text on, of the 40 likeliest
 * tokens at each place. The same step of the same run gives the same text.
 *
 * @throws MtfError `bad-argument` where there is no tokenizer to make text with
 */
export function samplingOf(place: Place, tokenizer: Tokenizer | undefined): Sampling {
  if (!tokenizer) {
    throw new MtfError("bad-argument", "`sampleEvery` needs a tokenizer to make text with.", {
      try: ['`tokenizer: "gpt2|bytes|FILE|DIR"`', "no `sampleEvery`"],
    });
  }
  const { config } = place;
  const decoding = decodingOf({ ...place, program: programsOf(place) });
  const settings = {
    maxNewTokens: newTokens,
    sampling: { kind: "random", temperature: 1, topK: 40, topP: 1 },
  } as const;
  return async (parameters, step) => {
    const model: Generating = {
      config,
      context: config.training.context,
      parameters,
      ends: [config.eos_token_id],
      decoding,
    };
    const ids: number[] = [];
    const from = [config.eos_token_id];
    for await (const id of generate(model, from, { ...settings, seed: step })) ids.push(id);
    return tokenizer.decode(ids);
  };
}
