import { MtfError } from "mtf";
import { brief } from "../../json.ts";
import { splitWords } from "../split.ts";
import { escaped, space } from "./added.ts";
import type { Cut } from "./file.ts";

/** Splits text into words; together they are the text. */
export type Splitter = (text: string) => readonly string[];

const single: Splitter = (text) => (text === "" ? [] : [text]);

/**
 * A step of a `tokenizer.json` as a function.
 *
 * @param file what errors call it
 * @throws MtfError `bad-file` if its pattern is none
 */
export function splitterOf(cut: Cut, file: string): Splitter {
  switch (cut.kind) {
    case "byte-level":
      return cut.words ? splitWords : single;
    case "digits":
      return isolating(cut.single ? /\p{N}/gu : /\p{N}+/gu);
    case "split":
      return isolating(
        cut.literal ? new RegExp(escaped(cut.pattern), "gu") : regexOf(cut.pattern, file),
      );
  }
}

/** Matches are words, and so is all that lies between two of them. */
function isolating(pattern: RegExp): Splitter {
  return (text) => {
    const words: string[] = [];
    let done = 0;
    for (const { 0: match, index } of text.matchAll(pattern)) {
      if (match === "") continue;
      if (index > done) words.push(text.slice(done, index));
      words.push(match);
      done = index + match.length;
    }
    if (done < text.length) words.push(text.slice(done));
    return words;
  };
}

/**
 * A pattern in Rust's or Oniguruma's spelling as JavaScript means it: their `\s` is Unicode's white
 * space, and `(?i:…)`, which Node 20 lacks, names both cases of every letter.
 */
function regexOf(pattern: string, file: string): RegExp {
  const cased = pattern.replace(/\(\?i:((?:[^()\\]|\\.)*)\)/g, (_, body: string) => {
    return `(?:${body.replace(/[a-z]/gi, (c) => `[${c.toLowerCase()}${c.toUpperCase()}]`)})`;
  });
  let inClass = false;
  const spaced = cased.replace(/\\[\s\S]|\[|\]/g, (part) => {
    if (part === "[") inClass = true;
    else if (part === "]") inClass = false;
    else if (part === "\\s") return inClass ? space : `[${space}]`;
    else if (part === "\\S" && !inClass) return `[^${space}]`;
    return part;
  });
  try {
    return new RegExp(spaced, "gu");
  } catch (error) {
    const reason = `pre_tokenizer has the pattern ${brief(pattern)}: ${(error as Error).message}`;
    throw new MtfError("bad-file", `${file}: ${reason}.`, {
      evidence: [["at", "pre_tokenizer"]],
      file,
      offset: 0,
      reason,
    });
  }
}
