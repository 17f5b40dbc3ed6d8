import type { Tokenizer } from "../../tokenizer/index.ts";

/** Bytes that are no whole characters have ids of their own, which are no text by themselves. */
const sample = "Aé 漢字🙂\u0000\t\n  <|x|> 12,345.6";

/** Tokenizers that were found to be alike: every text is made by the same draft again. */
const alike = new WeakMap<Tokenizer, Tokenizer>();

/** Where two tokenizers differ, as an error has it. Those that are alike give the same text for every id. */
export function differentToken(
  model: Tokenizer,
  draft: Tokenizer,
): readonly [what: string, how: string] | undefined {
  if (model === draft || alike.get(draft) === model) return undefined;
  const between = (own: unknown, other: unknown): string =>
    `${JSON.stringify(own)} in the model, ${JSON.stringify(other)} in the draft`;
  if (model.vocabSize !== draft.vocabSize)
    return ["ids", between(model.vocabSize, draft.vocabSize)];
  if (model.endOfText !== draft.endOfText) {
    return ["end of text", between(model.endOfText, draft.endOfText)];
  }
  for (let id = 0; id < model.vocabSize; id++) {
    const [own, other] = [model.decode([id]), draft.decode([id])];
    if (own !== other) return [`id ${id}`, between(own, other)];
  }
  const [own, other] = [model, draft].map((one) => one.encode(sample).join());
  if (own !== other) return [JSON.stringify(sample), between(own, other)];
  alike.set(draft, model);
  return undefined;
}
