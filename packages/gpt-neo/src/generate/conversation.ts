import type { LoadedModel } from "../loaded-model.ts";
import { withSpecial } from "../tokenizer/index.ts";
import { continuedText } from "./continued-text.ts";
import { foundBy } from "./each.ts";
import { openMaking } from "./making.ts";
import { askedOf } from "./options/asked.ts";
import { stopsOf } from "./options/sampling-of.ts";
import type { GenerateTextSettings } from "./options/settings.ts";
import { promptIds, tokenizerOf } from "./text.ts";

/** A text that grows by turns. What was computed of it is kept on the devices from turn to turn. */
export interface Conversation {
  /** Adds a text, on a line of its own. */
  add(text: string): void;
  /**
   * Goes on with the text, or begins one where nothing has been said, in pieces of whole characters. What has been made by then stays part of it,
   * however the turn ends.
   *
   * @param signal ends the turn by its reason, which is thrown
   */
  goOn(signal?: AbortSignal): AsyncGenerator<string>;
  /** Forgets all that has been said. */
  clear(): void;
  close(): Promise<void>;
}

/**
 * Opens a conversation that nothing has been said in.
 *
 * @throws MtfError `bad-argument` for a model without a tokenizer; `goOn` throws as `generateText`
 */
export function openConversation(
  model: LoadedModel,
  { special = false, ...settings }: Omit<GenerateTextSettings, "signal"> = {},
): Conversation {
  const tokenizer = tokenizerOf(model);
  const reading = special ? withSpecial(tokenizer) : tokenizer;
  const one = { ...settings, numReturnSequences: 1 };
  const asked = askedOf(model, one);
  const making = openMaking(model, settings.draft);
  const stops = stopsOf(model, settings);
  let ids: number[] = [];

  async function* goOn(signal?: AbortSignal): AsyncGenerator<string> {
    if (ids.length === 0) ids = [...promptIds(reading, "")];
    const text = continuedText(tokenizer.decoder(), stops);
    const turn = { settings: { ...one, signal }, asked };
    for await (const found of foundBy(making, model, [[...ids]], turn)) {
      if (found.kind === "id") ids.push(found.chosen.id);
      const piece = found.kind === "id" ? text.push(found.chosen.id) : text.end();
      if (piece !== "") yield piece;
    }
  }

  return {
    add: (text) => {
      if (ids.length === 0) {
        ids = [...promptIds(reading, text)];
        return;
      }
      const line = tokenizer.decode(ids.slice(-4)).endsWith("\n") ? text : `\n${text}`;
      const { before, after } = tokenizer.around ?? { before: [], after: [] };
      const more = reading.encode(line);
      ids.push(...more.subarray(before.length, more.length - after.length));
    },
    goOn,
    clear: () => {
      ids = [];
    },
    close: () => making.close(),
  };
}
