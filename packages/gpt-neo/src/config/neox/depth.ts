import { Lexer } from "yaml";

/** Configs nest a hundredth as deep. */
const deepest = 400;

/** Two levels a column: a list may begin in the column of its key. */
const widestIndent = deepest / 2;

/**
 * Whether YAML nests deeper than anything sensible. It is asked before the text is parsed: a parser
 * that runs out of stack may take the whole process with it.
 */
export function nestsTooDeep(text: string): boolean {
  // Block collections nest by columns, and by marks before the first word: "- - - a".
  for (const [begin] of text.matchAll(/^[ \t?:-]+/gm)) {
    if (begin.length > widestIndent) return true;
  }
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > deepest) return true;
  }
  return false;
}
