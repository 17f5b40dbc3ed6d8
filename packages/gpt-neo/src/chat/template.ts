import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { MtfError } from "mtf";
import { isObject, parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";

/** What is said in a chat, and by whom. */
export interface Message {
  readonly role: string;
  readonly content: string;
  readonly name?: string | undefined;
}

/** Makes one text of the messages of a chat, up to where the answer begins. */
export type ChatTemplate = (messages: readonly Message[]) => string;

const longest = 4 << 20;
const tokens = ["bos_token", "eos_token", "unk_token", "pad_token"] as const;

/**
 * Reads the chat template of a tokenizer's folder: `chat_template.jinja`, or that in
 * `tokenizer_config.json`. Undefined where there is none.
 *
 * @throws MtfError `bad-file` for one that is no template
 */
export async function readChatTemplate(folder: string): Promise<ChatTemplate | undefined> {
  const file = join(folder, "chat_template.jinja");
  const configFile = join(folder, "tokenizer_config.json");
  const written = await textOf(configFile);
  const parsed = written === undefined ? {} : parseJson(written, configFile);
  const config = isObject(parsed) ? parsed : {};
  const own = await textOf(file);
  const source = own ?? defaultOf(config.chat_template);
  if (source === undefined) return undefined;
  const template = compiled(source, own === undefined ? configFile : file);
  const special = Object.fromEntries(tokens.map((role) => [role, contentOf(config[role])]));
  return (messages) => template.render({ ...special, messages, add_generation_prompt: true });
}

/** One template, or of several named ones the default. */
function defaultOf(written: unknown): string | undefined {
  if (typeof written === "string") return written;
  const named = Array.isArray(written) ? written.filter(isObject) : [];
  const template = named.find(({ name }) => name === "default")?.template;
  return typeof template === "string" ? template : undefined;
}

/** A special token is written as its text, or as an object with it. */
function contentOf(token: unknown): string {
  if (typeof token === "string") return token;
  return isObject(token) && typeof token.content === "string" ? token.content : "";
}

function compiled(source: string, file: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    const reason = `its chat template cannot be read: ${(error as Error).message}`;
    throw new MtfError("bad-file", `${file}: ${reason}.`, { file });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found ? readSmallFile(file, longest) : undefined;
}
