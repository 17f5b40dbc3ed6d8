import { MtfError } from "mtf";
import { promptIds, tokenizerOf } from "../generate/text.ts";
import type { LoadedModel } from "../loaded-model.ts";

/**
 * How many ids a model sees besides a prompt. Of a longer prompt it would not see the first examples.
 *
 * @throws MtfError `bad-argument` if there is no room for even one more
 */
export function roomBehind(model: LoadedModel, prompt: string): number {
  const { length } = promptIds(tokenizerOf(model), prompt);
  if (length < model.context) return model.context - length;
  throw tooMuch([
    ["prompt", `${length} ids`],
    ["model", `sees ${model.context} at once`],
  ]);
}

/** @throws MtfError `bad-argument` if what is behind a prompt has more ids than there is room for */
export function checkRoom(ids: number, room: number): void {
  if (ids <= room) return;
  throw tooMuch([
    ["longest choice", `${ids} ids`],
    ["room behind the prompt", `${room}`],
  ]);
}

function tooMuch(evidence: MtfError["details"]["evidence"] & object): MtfError {
  return new MtfError("bad-argument", "the model does not see the whole prompt.", {
    evidence,
    try: ["fewer or shorter examples"],
  });
}
