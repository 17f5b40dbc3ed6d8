import type { MtfError } from "mtf";
import { expect, it } from "vitest";
import { errorAsTyped } from "../../cli/as-typed.ts";
import { parseConfig } from "../../config/index.ts";
import { askedOf } from "./asked.ts";
import type { DecodingOptions } from "./decoding.ts";
import type { GenerateAllSettings } from "./settings.ts";

const config = parseConfig({ vocab_size: 97 });

/** What is wrong with settings, as the command line says it; undefined where nothing is. */
function wrong(settings: GenerateAllSettings, own?: DecodingOptions): string | undefined {
  const generation = own && { file: "m/generation_config.json", options: own, unused: [] };
  try {
    askedOf({ config, ends: [96], generation }, settings);
    return undefined;
  } catch (error) {
    return errorAsTyped(error as MtfError).message;
  }
}

it.each<readonly [string, GenerateAllSettings]>([
  ["--bad-words-ids", { badWordsIds: [[3], [5, 97]] }],
  ["--sequence-bias", { sequenceBias: [[[97], 1]] }],
  ["--suppress-tokens", { suppressTokens: [97] }],
  ["--forced-bos-token-id", { forcedBosTokenId: 97 }],
  ["--eos-token-id", { eosTokenId: 97 }],
  ["--eos-token-id", { eosTokenId: [96, 97] }],
])("%s with an id beyond the vocabulary is named as it is typed", (option, settings) => {
  expect(wrong(settings)).toMatch(`${option} has 97, which is no id of the model.`);
  expect(wrong(settings)).toContain("0 to 96");
});

it("of what the model's own file names, the file and its key are", () => {
  expect(wrong({}, { badWordsIds: [[97]] })).toContain(
    "m/generation_config.json: bad_words_ids has 97, which is no id of the model.",
  );
  expect(wrong({ badWordsIds: [[96]] }, { badWordsIds: [[97]] })).toBeUndefined();
  // Files are written for vocabularies with room: what there is none of ends nothing.
  expect(wrong({}, { eosTokenId: [96, 97] })).toBeUndefined();
});

it("of more texts than there can be, says what makes more", () => {
  const many = { numReturnSequences: 3 };
  expect(wrong(many, { doSample: false })).toMatchInlineSnapshot(`
    "[bad-argument] generate: the likeliest ids make one text, and not several.
      --num-return-sequences  3
      try                     --temperature 1, which draws each
      try                     --beams 3, which finds as many"
  `);
  expect(wrong(many, { numBeams: 2 })).toMatchInlineSnapshot(`
    "[bad-argument] generate: more texts are asked for than beams are followed.
      --num-return-sequences  3
      --beams                 2
      try                     --beams 3, which finds as many"
  `);
});
