import { type LoadedModel, loadModel } from "../../../loaded-model.ts";
import type { GenerateOptions } from "../../generate-options.ts";

/** The model that guesses, on the devices of the other, laid out as that is. */
export async function draftOf(
  { draft, layout, storage, dtype, tokenizer }: GenerateOptions,
  { devices }: LoadedModel,
): Promise<LoadedModel | undefined> {
  if (draft === undefined) return undefined;
  return loadModel(draft, { layout, storage, dtype, tokenizer }, devices);
}
