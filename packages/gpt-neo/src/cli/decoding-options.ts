import { decodingNames } from "../generate/options/check.ts";
import type { DecodingOptions } from "../generate/options/decoding.ts";
import { ranges } from "../generate/options/ranges.ts";
import { filterNames } from "../generate/options/sampling-of.ts";
import {
  choice,
  flag,
  ids,
  integer,
  number,
  type Options,
  otherwise,
  texts,
  typed,
} from "./option.ts";
import { biases, decay, sequences } from "./sequence-options.ts";

/** How texts are made, by the names of `DecodingOptions` but for three that are shorter. */
export interface DecodingFlags
  extends Omit<
    DecodingOptions,
    "doSample" | "numBeams" | "stopStrings" | "earlyStopping" | "eosTokenId"
  > {
  readonly greedy?: boolean;
  readonly beams?: number;
  readonly stop?: readonly string[];
  readonly earlyStopping?: "true" | "false" | "never";
  readonly eosTokenId?: readonly number[];
}

const model = (otherwise: string): string => `the model's, or ${otherwise}`;
const off = model("off");

export const decodingOptions: Options<DecodingFlags> = {
  maxNewTokens: otherwise(model("100"), integer("N", "ids to add at most", 1)),
  greedy: flag("always take the likeliest id"),
  temperature: otherwise(
    model("1"),
    number("T", "above 1 more varied, below 1 less, 0 as --greedy", ranges.temperature),
  ),
  topK: otherwise(model("all"), integer("K", "choose among the K likeliest ids", 1)),
  topP: otherwise(
    model("1"),
    number("P", "choose among the likeliest that have P of the probability", ranges.topP),
  ),
  minP: otherwise(
    off,
    number("P", "choose among ids at least P times as likely as the likeliest", ranges.minP),
  ),
  topH: otherwise(
    off,
    number("H", "choose among the likeliest that have H of the entropy", ranges.topH),
  ),
  typicalP: otherwise(
    off,
    number(
      "P",
      "choose among the least unexpected that have P of the probability",
      ranges.typicalP,
    ),
  ),
  epsilonCutoff: otherwise(
    off,
    number("P", "choose among ids of at least this probability", ranges.epsilonCutoff),
  ),
  etaCutoff: otherwise(
    off,
    number("P", "the same, but lower where many are likely", ranges.etaCutoff),
  ),
  entmaxAlpha: otherwise(
    model("1"),
    number("A", "draw from the entmax, which GPT-Neo did with 1.3", ranges.entmaxAlpha),
  ),
  repetitionPenalty: otherwise(
    model("1"),
    number("R", "above 1: ids that are in the text become less likely", ranges.repetitionPenalty),
  ),
  noRepeatNgramSize: otherwise(off, integer("N", "no N ids in a row come twice")),
  badWordsIds: otherwise(off, sequences("IDS", "ids that are never made in a row: 5,6")),
  sequenceBias: otherwise(
    off,
    biases("IDS=BIAS", "added to the score of the last, behind the others: 5,6=-2.5"),
  ),
  suppressTokens: otherwise(off, ids("IDS", "ids that are never chosen")),
  beginSuppressTokens: otherwise(off, ids("IDS", "ids that are not chosen first")),
  minLength: otherwise(off, integer("N", "ids before a text ends, the prompt's included")),
  minNewTokens: otherwise(off, integer("N", "new ids before a text ends")),
  forcedBosTokenId: otherwise(off, integer("ID", "the id behind a prompt of one id")),
  forcedEosTokenId: otherwise(off, integer("ID", "the last id of a text that is cut off")),
  exponentialDecayLengthPenalty: otherwise(
    off,
    decay("START,FACTOR", "the end becomes likelier with each id after START new ones"),
  ),
  renormalizeLogits: otherwise(off, flag("make log-probabilities of what these options leave")),
  eosTokenId: otherwise("the model's", ids("IDS", "ids that end a text")),
  stop: otherwise(
    off,
    texts("TEXT", "ends the text where it is written, and is left out", "some text"),
  ),
  numReturnSequences: otherwise(model("1"), integer("N", "texts of a prompt", 1)),
  beams: otherwise(
    model("1"),
    integer("N", "follow the N likeliest texts at once, to find the likeliest", 1),
  ),
  lengthPenalty: otherwise(
    model("1"),
    number("X", "with --beams: above 0 favours long texts, below 0 short", ranges.lengthPenalty),
  ),
  earlyStopping: otherwise(
    model("false"),
    choice(
      ["true", "false", "never"],
      "with --beams: end once there are N; or not while any gains",
    ),
  ),
};

/** What is wrong between options, each of which is right by itself. */
export function checkDecodingFlags(flags: DecodingFlags): string | undefined {
  const { greedy, temperature, beams, numReturnSequences = 1 } = flags;
  const { earlyStopping, lengthPenalty } = flags;
  const left = filterNames.filter((name) => flags[name] !== undefined);
  if (greedy && left.length > 0) {
    return `--greedy leaves nothing to ${left.map((name) => `--${typed(name)}`).join(" and ")}`;
  }
  if (beams !== undefined && numReturnSequences > beams) {
    return `--num-return-sequences ${numReturnSequences} needs as many --beams`;
  }
  if ((greedy || temperature === 0) && beams === undefined && numReturnSequences > 1) {
    return "the likeliest ids make one text, and not several: --beams finds several";
  }
  if (beams !== 1 || (earlyStopping === undefined && lengthPenalty === undefined)) return undefined;
  return "--length-penalty and --early-stopping are for several --beams";
}

/** The options of the library that flags mean. */
export function decodingOf(flags: DecodingFlags): DecodingOptions {
  const { greedy, beams, stop, earlyStopping } = flags;
  const same = Object.entries(flags).filter(([name]) => decodingNames.includes(name as never));
  return {
    ...Object.fromEntries(same),
    ...(greedy && { doSample: false, numBeams: 1 }),
    ...(beams !== undefined && { numBeams: beams }),
    ...(stop && { stopStrings: stop }),
    ...(earlyStopping !== undefined && {
      earlyStopping: earlyStopping === "never" ? earlyStopping : earlyStopping === "true",
    }),
  };
}
