import { join } from "node:path";
import { writeAtomically } from "mtf/files";
import { makeFolder } from "../make-folder.ts";
import { byteLetters } from "./byte-letters.ts";
import { byteLevelFile, idsOfTokens } from "./byte-level-file.ts";
import { gpt2Merges, gpt2Vocabulary } from "./gpt2-files.ts";
import type { JsonTokenizer } from "./json/tokenizer.ts";
import type { Roles } from "./roles.ts";
import { endOfTextToken, type Tokenizer } from "./tokenizer.ts";

/**
 * Writes a tokenizer's files into a model's folder, as Hugging Face's `AutoTokenizer` and
 * `loadTokenizer` read them.
 *
 * @param longest the longest text of the model, in ids
 * @throws MtfError `bad-file` if they cannot be written
 * @example
 * await saveTokenizer("runs/mine", tokenizerNamed("gpt2"), config.max_position_embeddings);
 */
export async function saveTokenizer(
  folder: string,
  tokenizer: Tokenizer,
  longest: number,
): Promise<void> {
  await makeFolder(folder);
  for (const [name, text] of Object.entries(filesOfTokenizer(tokenizer, longest))) {
    await writeAtomically(join(folder, name), (file) => file.write(text));
  }
}

/** Bytes as a byte-pair encoding without a single merge, which no pattern cuts up first. */
const bytesAsBpe = byteLevelFile(idsOfTokens(byteLetters), [], { endOfText: 256, pattern: false });

/** The texts of a tokenizer's files, by their names. */
export function filesOfTokenizer(tokenizer: Tokenizer, longest: number): Record<string, string> {
  const roles = rolesOf(tokenizer);
  const config = (tokenizer_class: string, add_prefix_space = false): string =>
    json({ add_prefix_space, ...roles, model_max_length: longest, tokenizer_class });
  const special = { "special_tokens_map.json": json(roles) };
  if (tokenizer.name === "gpt2") {
    return {
      "vocab.json": gpt2Vocabulary(),
      "merges.txt": gpt2Merges(),
      ...special,
      "tokenizer_config.json": config("GPT2Tokenizer"),
    };
  }
  // This class takes tokenizer.json as it is; GPT2Tokenizer would cut text up in its own way.
  const asWritten = "PreTrainedTokenizerFast";
  if (!isJson(tokenizer)) {
    return {
      "tokenizer.json": json(bytesAsBpe),
      ...special,
      "tokenizer_config.json": config(asWritten),
    };
  }
  const spaced = tokenizer.file.cuts.some((cut) => cut.kind === "byte-level" && cut.prefixSpace);
  return {
    "tokenizer.json": tokenizer.json,
    ...special,
    "tokenizer_config.json": config(asWritten, spaced),
  };
}

/** Where nothing says what tokens are for, the end of text serves for all that GPT-2 has. */
function rolesOf(tokenizer: Tokenizer): Roles {
  const end = isJson(tokenizer) ? tokenizer.decode([tokenizer.endOfText]) : endOfTextToken;
  const told = isJson(tokenizer) ? tokenizer.roles : {};
  return Object.keys(told).length > 0
    ? { ...told, eos_token: end }
    : { bos_token: end, eos_token: end, unk_token: end };
}

function isJson(tokenizer: Tokenizer): tokenizer is JsonTokenizer {
  return tokenizer.name === "json";
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
