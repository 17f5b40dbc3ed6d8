import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import {
  filesOfTokenizer,
  makeTokenizer,
  sourceOfFolder,
  type TokenizerSource,
  tokenizerSource,
} from "../tokenizer/index.ts";

/** The tokenizer that a run has had so far. */
export interface KeptTokenizer {
  readonly source: TokenizerSource;
  /** What has become of the file that it was begun with, if anything has. */
  readonly note?: string;
}

/**
 * The tokenizer of a run that goes on: the one that it names, as long as that is the one its folder keeps;
 * else that of its folder. Undefined where it keeps none yet.
 *
 * @param name what it names, if anything
 * @throws MtfError `bad-file` if the folder's is damaged
 */
export async function keptTokenizer(
  out: string,
  name: string | null,
): Promise<KeptTokenizer | undefined> {
  const named = name === null ? undefined : await sourceNamed(name);
  if (named && (named.kind !== "json" || (await isKept(out, named)))) return { source: named };
  const kept = await sourceOfFolder(out);
  if (!kept) return undefined;
  if (name === null) return { source: kept };
  const what = named ? "is another tokenizer by now" : "is no tokenizer any more";
  return { source: kept, note: `tokenizer: ${name} ${what}: the run's own in ${out} is used` };
}

async function sourceNamed(name: string): Promise<TokenizerSource | undefined> {
  return tokenizerSource(name).catch((error: unknown) => {
    if (error instanceof MtfError) return undefined;
    throw error;
  });
}

/** Whether it is what lies in the folder, but for the longest text that it is to read. */
async function isKept(out: string, source: TokenizerSource): Promise<boolean> {
  for (const [name, text] of Object.entries(filesOfTokenizer(makeTokenizer(source), 1))) {
    if (name === "tokenizer_config.json") continue;
    const found = await readFile(join(out, name), "utf8").catch(() => undefined);
    if (found !== text) return false;
  }
  return true;
}
