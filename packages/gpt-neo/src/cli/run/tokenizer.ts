import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { createInterface } from "node:readline";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import { readDocuments } from "../../data/read.ts";
import { makeFolder, removeMade } from "../../make-folder.ts";
import { parsePythonJson, whyNotPythonJson } from "../../python-json.ts";
import { some } from "../../some.ts";
import { jsonTokenizer } from "../../tokenizer/json/tokenizer.ts";
import { makeTokenizer } from "../../tokenizer/make.ts";
import { tokenizerSource } from "../../tokenizer/open.ts";
import { countWords, trainTokenizer, type WordCounts } from "../../tokenizer/train.ts";
import { progressLine } from "../progress.ts";
import type { CodeOptions, TrainTokenizerOptions } from "../tokenizer-options.ts";
import { writeOut } from "../write-out.ts";

/**
 * `gpt-neo tokenizer train`: makes a `tokenizer.json` that Hugging Face reads, of one's own text.
 *
 * @example
 * await runTrain({ data: ["book.txt"], vocabSize: 8000, out: "book-tokenizer.json" });
 */
export async function runTrain(
  options: TrainTokenizerOptions,
): Promise<{ readonly vocabSize: number; readonly file: string; readonly text: string }> {
  const { data, vocabSize, minFrequency, ...read } = options;
  const file = extname(options.out) === ".json" ? options.out : join(options.out, "tokenizer.json");
  if (existsSync(file)) {
    throw new MtfError("bad-argument", `${file} is there already.`, {
      try: ["--out with another file or folder", `removing ${file}`],
      file,
    });
  }
  const folder = dirname(file);
  const made = await makeFolder(folder);
  const counts: WordCounts = new Map();
  const progress = progressLine();
  let characters = 0;
  try {
    for await (const part of readDocuments(data, { ...read, onLeftOut: progress.note })) {
      if (part.kind !== "text") {
        throw new MtfError("bad-argument", `${part.from.file} holds ids, which are no text.`);
      }
      countWords(part.text, counts);
      characters += part.text.length;
      progress.update(`${some(characters, "character")}, ${some(counts.size, "word")}`);
    }
    progress.update(`${some(counts.size, "word")}: joining pairs`);
    const json = trainTokenizer(counts, { vocabSize, minFrequency });
    await writeAtomically(file, (target) => target.write(json));
    const size = jsonTokenizer(file, json).vocabSize;
    if (size < vocabSize) progress.note("there is no pair left that is seen often enough");
    return { vocabSize: size, file, text: `${file}: ${some(size, "token")}` };
  } catch (error) {
    await removeMade(folder, made);
    throw error;
  } finally {
    progress.end();
  }
}

/** `gpt-neo tokenizer encode`: JSON texts in, `{"ids"}` out, line by line. */
export async function runEncode(options: CodeOptions): Promise<void> {
  const source = await tokenizerSource(options.tokenizer);
  const tokenizer = makeTokenizer({ ...source, special: options.special === true });
  await eachLine(aText, (value, refuse) => {
    const text = typeof value === "string" ? value : (value as { text?: unknown } | null)?.text;
    if (typeof text !== "string") return refuse(aText.reason);
    return { ids: [...tokenizer.encode(text)] };
  });
}

/** `gpt-neo tokenizer decode`: `{"ids"}` or lists of ids in, `{"text"}` out, line by line. */
export async function runDecode(options: Omit<CodeOptions, "special">): Promise<void> {
  const tokenizer = makeTokenizer(await tokenizerSource(options.tokenizer));
  await eachLine(someIds, (value, refuse) => {
    const ids = Array.isArray(value) ? value : (value as { ids?: unknown } | null)?.ids;
    const isId = (id: unknown): boolean => Number.isInteger(id) && (id as number) >= 0;
    if (!Array.isArray(ids) || !ids.every(isId)) return refuse(someIds.reason);
    return { text: tokenizer.decode(ids) };
  });
}

/** What a line has to be, and how what it is would be written. */
interface Wanted {
  readonly reason: string;
  readonly instead: (line: string) => string | undefined;
}

const aText: Wanted = {
  reason: 'is neither a JSON text nor {"text"}',
  instead: (line) => `quotes around it: ${JSON.stringify(line.trim().slice(0, 60))}`,
};
const someIds: Wanted = {
  reason: 'is neither a list of ids nor {"ids"}',
  instead: (line) => (/^[\d\s,]+$/.test(line) ? `[${line.match(/\d+/g)!.join(", ")}]` : undefined),
};

async function eachLine(
  wanted: Wanted,
  answer: (value: unknown, refuse: (reason: string) => never) => object,
): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    number++;
    if (line.trim() === "") continue;
    const refuse = (reason: string, instead?: string): never => {
      throw new MtfError("bad-file", `standard input, line ${number} ${reason}.`, {
        file: "standard input",
        line: number,
        offset: 0,
        reason,
        ...(instead !== undefined && { try: [instead] }),
      });
    };
    let value: unknown;
    try {
      value = parsePythonJson(line);
    } catch (error) {
      const reason = whyNotPythonJson(line)?.reason ?? (error as Error).message;
      // Who types plain text is not helped by what JSON would have gone on with.
      if (/^\s*[[{"]/.test(line)) refuse(`is not JSON: ${reason}`);
      refuse(wanted.reason, wanted.instead(line));
    }
    await writeOut(`${JSON.stringify(answer(value, refuse))}\n`);
  }
}
