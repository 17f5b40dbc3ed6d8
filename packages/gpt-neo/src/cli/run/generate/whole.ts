import { collected } from "../../../generate/all.ts";
import { generateEach } from "../../../generate/each.ts";
import type { FoundBy } from "../../../generate/search/together.ts";
import type { Prompt } from "../../../generate/text.ts";
import type { LoadedModel } from "../../../loaded-model.ts";
import type { Progress } from "../../../progress.ts";
import { some } from "../../../some.ts";
import type { Asked } from "./asked.ts";
import { fullNote } from "./full-note.ts";
import { type Generated, generatedText } from "./generated.ts";

/** Continues prompts together, and gives their texts when all are made. */
export async function whole(
  model: LoadedModel,
  prompts: readonly Prompt[],
  { settings, decoding, stops, drawn, notes }: Asked,
  progress: Progress,
): Promise<readonly Generated[]> {
  const most = decoding.maxNewTokens ?? 100;
  const rows = prompts.map(({ ids }) => ids);
  const each = generateEach(model, rows, settings);
  const lists = await collected(shown(each, most, progress, notes), prompts.length);
  const told = lists.flatMap((sequences, i) =>
    sequences.flatMap(({ ids }) =>
      fullNote(model, { ids: rows[i]!.length + ids.length, made: ids.length }, most),
    ),
  );
  for (const line of new Set(told)) progress.note(line);
  return lists.map((sequences, i) => {
    const made = { prompt: prompts[i]!, tokenizer: model.tokenizer, stops };
    const texts = sequences.map((sequence) => generatedText(sequence, made));
    return {
      ...texts[0]!,
      ...(drawn && { seed: settings.seed }),
      ...(texts.length > 1 && { sequences: texts }),
    };
  });
}

/** What is found, shown as it goes on; before it is what there is to say once it does. */
async function* shown(
  each: AsyncIterable<FoundBy>,
  most: number,
  progress: Progress,
  notes: readonly string[],
): AsyncGenerator<FoundBy> {
  const made = new Map<string, number>();
  for await (const found of each) {
    if (made.size === 0) for (const line of notes) progress.note(line);
    const text = `${found.prompt} ${found.sequence}`;
    const count = (made.get(text) ?? 0) + 1;
    made.set(text, count);
    if (found.kind === "id") progress.update(`${count} of at most ${some(most, "token")}`);
    yield found;
  }
}
