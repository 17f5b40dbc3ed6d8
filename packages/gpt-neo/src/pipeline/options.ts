import { MtfError } from "mtf";
import { camelCase } from "../camel-case.ts";
import type { GenerateTextSettings } from "../generate/options/settings.ts";
import { wrongOption } from "../wrong-option.ts";
import type { InSnakeCase } from "./snake-case.ts";

/** What a call of a pipeline takes besides what `generateText` does. */
interface Settings extends GenerateTextSettings {
  /** Whether texts begin with their prompts. Default true, and false where they are streamed. */
  readonly returnFullText?: boolean | undefined;
  /** Gives pieces of text as they come, to be iterated over, in place of texts. Default false. */
  readonly stream?: boolean | undefined;
}

/** What a call of a pipeline takes: each option in camelCase, or in snake_case. */
export type PipelineSettings = Settings & InSnakeCase<Settings>;

/** What was asked for, in one spelling. */
export interface PipelineCall {
  readonly special: boolean;
  readonly returnFullText: boolean | undefined;
  readonly stream: boolean;
  /** What goes to `generate`, which checks it. */
  readonly settings: Omit<GenerateTextSettings, "special">;
}

/**
 * Reads the options of a call.
 *
 * @throws MtfError `bad-argument` for an option that is given in both spellings, or one of the three
 * that is neither true nor false
 */
export function pipelineCall(given: PipelineSettings): PipelineCall {
  const { special, returnFullText, stream, ...settings } = inCamelCase(given);
  for (const [name, value] of Object.entries({ special, returnFullText, stream })) {
    if (value === undefined || typeof value === "boolean") continue;
    throw wrongOption("pipeline", name, value, "true or false");
  }
  return { special: special ?? false, returnFullText, stream: stream ?? false, settings };
}

function inCamelCase(given: PipelineSettings): Settings {
  const read = new Map<string, unknown>();
  for (const [written, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const name = camelCase(written);
    if (read.has(name)) {
      throw new MtfError("bad-argument", `pipeline: ${name} is given in both spellings.`);
    }
    read.set(name, value);
  }
  return Object.fromEntries(read);
}
