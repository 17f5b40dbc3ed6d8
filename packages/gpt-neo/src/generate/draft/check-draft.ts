import { MtfError } from "mtf";
import type { LoadedModel } from "../../loaded-model.ts";
import { wrongOption } from "../../wrong-option.ts";
import type { DecodingOptions } from "../options/decoding.ts";
import { differentToken } from "./different-token.ts";
import type { Draft } from "./draft.ts";

type Model = Pick<LoadedModel, "config"> & Partial<Pick<LoadedModel, "tokenizer">>;

/**
 * Refuses a draft whose ids mean something else than the model's. Where both have a tokenizer, these
 * decide, as vocabularies are filled up to different sizes.
 *
 * @throws MtfError `bad-argument`, also for beams
 */
export function checkDraft(model: Model, draft: Draft, { numBeams = 1 }: DecodingOptions): void {
  if (typeof draft !== "object" || !draft?.config || !draft.parameters || !draft.decoding) {
    throw wrongOption("generate", "draft", draft, "a loaded model");
  }
  if (numBeams > 1) {
    throw new MtfError(
      "bad-argument",
      "generate: a draft guesses one text, and does not follow beams.",
      {
        evidence: [["`numBeams`", `${numBeams}`]],
        try: ["`numBeams: 1`", "no `draft`"],
      },
    );
  }
  if (model.tokenizer && draft.tokenizer) {
    const told = differentToken(model.tokenizer, draft.tokenizer);
    if (told) throw another("it has another tokenizer", told);
    return;
  }
  const [own, other] = [model.config.vocab_size, draft.config.vocab_size];
  if (own === other) return;
  throw another("it has another vocabulary", ["ids", `${own} in the model, ${other} in the draft`]);
}

function another(reason: string, evidence: readonly [string, string]): MtfError {
  return new MtfError(
    "bad-argument",
    `generate: the draft cannot guess for the model: ${reason}.`,
    {
      evidence: [evidence],
      try: ["a smaller model of the same family, such as pythia-70m for pythia-1b"],
    },
  );
}
