import type { Config } from "../../../config/index.ts";
import { asGivenBy } from "../../../damaged-checkpoint.ts";
import { type LoadedModel, loadModel } from "../../../loaded-model.ts";
import { loadWeights } from "../../../weights/index.ts";
import type { GenerateOptions } from "../../generate-options.ts";

/** The config of the model that guesses. */
export async function draftConfig({ draft }: GenerateOptions): Promise<Config | undefined> {
  if (draft === undefined) return undefined;
  const weights = await loadWeights(draft).catch(byDraft);
  await weights.close();
  return weights.config;
}

/** The model that guesses, on the devices of the other, laid out as that is. */
export async function draftOf(
  { draft, layout, storage, dtype, tokenizer }: GenerateOptions,
  { devices }: LoadedModel,
): Promise<LoadedModel | undefined> {
  if (draft === undefined) return undefined;
  return loadModel(draft, { layout, storage, dtype, tokenizer }, devices).catch(byDraft);
}

function byDraft(error: unknown): never {
  throw asGivenBy("draft", error);
}
