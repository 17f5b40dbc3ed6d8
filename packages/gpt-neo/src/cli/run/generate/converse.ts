import { MtfError } from "mtf";
import { openConversation } from "../../../generate/conversation.ts";
import type { LoadedModel } from "../../../loaded-model.ts";
import type { Progress } from "../../../progress.ts";
import { errorAsTyped } from "../../as-typed.ts";
import type { GenerateOptions } from "../../generate-options.ts";
import { writeOut } from "../../write-out.ts";
import type { Asked } from "./asked.ts";
import { openTurns } from "./turns.ts";

/**
 * A text that a person and a model write in turns: each line that is typed is added to it, and the model
 * goes on from there. What has been computed of the text is kept.
 *
 * @param beginning what the text begins with
 */
export async function converse(
  model: LoadedModel,
  beginning: string,
  { settings, notes }: Asked,
  { special }: GenerateOptions,
  progress: Pick<Progress, "note">,
): Promise<void> {
  const { logprobs: _, ...chosen } = settings;
  const conversation = openConversation(model, { ...chosen, special });
  const turns = openTurns(progress);
  if (beginning !== "") conversation.add(beginning);
  for (const line of notes) progress.note(line);
  progress.note(
    "a line adds to the text, /clear begins another; Ctrl-C ends a turn, Ctrl-D ends all",
  );
  try {
    for await (const { line, signal } of turns.lines()) {
      if (line === "/clear") {
        conversation.clear();
        continue;
      }
      if (line !== "") conversation.add(line);
      try {
        for await (const piece of conversation.goOn(signal)) await writeOut(piece);
      } catch (error) {
        if (!signal.aborted) {
          if (!(error instanceof MtfError) || error.code !== "bad-argument") throw error;
          progress.note(errorAsTyped(error).message);
        }
      }
      await writeOut("\n");
    }
  } finally {
    turns.close();
    await conversation.close();
  }
}
