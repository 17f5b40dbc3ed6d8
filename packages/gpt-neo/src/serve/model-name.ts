import { RequestError } from "./request-error.ts";
import type { ServedModel } from "./served-model.ts";

/** @throws RequestError 404 for another model than the one there is */
export function checkModel(name: string, model: ServedModel): void {
  if (name === model.name) return;
  throw new RequestError(`there is no such model here, but '${model.name}'.`, {
    status: 404,
    param: "model",
    code: "model_not_found",
  });
}
