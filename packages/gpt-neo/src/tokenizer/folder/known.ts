import { byteLetters } from "../byte-letters.ts";
import { gpt2Words } from "../gpt2-files.ts";
import type { TokenizerFile } from "../json/index.ts";
import type { Roles } from "../roles.ts";
import { endOfTextToken } from "../tokenizer.ts";

/** Which of the tokenizers that need no file this is, to the last added token; undefined for none. */
export function knownTokenizer(file: TokenizerFile, roles: Roles): "gpt2" | "bytes" | undefined {
  if (!isPlain(file, roles)) return undefined;
  const { merges, vocabulary } = file;
  if (merges.length === 0 && isVocabulary(vocabulary, bytesWords)) return "bytes";
  return merges.length === 50_000 && isGpt2Vocabulary(vocabulary) ? "gpt2" : undefined;
}

/** Whether there is nothing but a vocabulary, merges, and an end of text for all that GPT-2 has. */
function isPlain({ normalForms, cuts, around, added, wholeWords }: TokenizerFile, roles: Roles) {
  const [cut, ...more] = cuts;
  const byteLevel = cut?.kind === "byte-level" && !cut.prefixSpace && more.length === 0;
  return (
    byteLevel &&
    !wholeWords &&
    normalForms.length + around.before.length + around.after.length === 0 &&
    added.every(
      ({ content, lstrip, rstrip, singleWord }) =>
        content === endOfTextToken && !lstrip && !rstrip && !singleWord,
    ) &&
    Object.entries(roles).every(
      ([role, token]) => /^(bos|eos|unk)_token$/.test(role) && token === endOfTextToken,
    )
  );
}

/** Whether a vocabulary is GPT-2's. */
export function isGpt2Vocabulary(vocabulary: ReadonlyMap<string, unknown>): boolean {
  // Making GPT-2's words takes a while.
  return Math.abs(vocabulary.size - 50_257) <= 1 && isVocabulary(vocabulary, gpt2Words());
}

const bytesWords = [...byteLetters, endOfTextToken];

/** Whether a vocabulary has these words by id. The last one may be an added token instead. */
function isVocabulary(vocabulary: ReadonlyMap<string, unknown>, words: readonly string[]): boolean {
  const missing = vocabulary.has(endOfTextToken) ? 0 : 1;
  const whole = vocabulary.size === words.length - missing;
  return whole && [...vocabulary].every(([word, id]) => words[id as number] === word);
}
