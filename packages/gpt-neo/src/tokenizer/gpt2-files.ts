import { toLetters } from "./byte-letters.ts";
import { gpt2Tokens } from "./gpt2.ts";
import { mergeWord } from "./merge.ts";
import { endOfTextToken } from "./tokenizer.ts";

/** The words of GPT-2's vocabulary by id, in visible letters. */
export function gpt2Words(): readonly string[] {
  return [...gpt2Tokens().map(toLetters), endOfTextToken];
}

/** GPT-2's `vocab.json`: every word with its id, byte for byte as it was published. */
export function gpt2Vocabulary(): string {
  const entries = gpt2Words().map((word, id) => `${ascii(JSON.stringify(word))}: ${id}`);
  return `{${entries.join(", ")}}`;
}

function ascii(text: string): string {
  return text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * GPT-2's `merges.txt`. A token came from joining the two parts that its bytes merge to while the
 * token itself is not yet known.
 */
export function gpt2Merges(): string {
  const ranks = new Map<string, number>();
  const lines = ["#version: 0.2"];
  const tokens = gpt2Tokens();
  for (const [id, bytes] of tokens.entries()) {
    const word = Buffer.from(bytes).toString("latin1");
    if (bytes.length > 1) {
      const parts = mergeWord(word, ranks).map((part) => toLetters(tokens[part]!));
      lines.push(parts.join(" "));
    }
    ranks.set(word, id);
  }
  return `${lines.join("\n")}\n`;
}
