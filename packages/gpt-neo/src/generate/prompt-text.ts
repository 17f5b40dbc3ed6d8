import { badData } from "../data/bad-data.ts";
import { bytesOf } from "../data/bytes/index.ts";
import { standardInput } from "../data/pipe.ts";
import { invalidUtf8At } from "../data/utf8.ts";

/** Many times as much as any model sees at once. */
const longest = 16 << 20;

/** Where a prompt is: in the command line, or in a file; `-` is standard input in both. */
export interface WrittenPrompt {
  readonly prompt?: string;
  readonly promptFile?: string;
}

/**
 * The text to continue. Of a file, the end of its last line is left out: what is continued is the line.
 *
 * @throws MtfError `bad-file` if the file cannot be read, is not UTF-8 or over 16 MiB
 * @example
 * await promptText({ promptFile: "question.txt" });
 */
export async function promptText({ prompt, promptFile }: WrittenPrompt): Promise<string> {
  const file = promptFile ?? (prompt === standardInput ? standardInput : undefined);
  if (file === undefined) return prompt ?? "";
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytesOf(file)) {
    pieces.push(chunk.slice());
    size += chunk.length;
    if (size > longest) throw badData({ file, offset: longest }, "it is longer than 16 MiB");
  }
  const bytes = Buffer.concat(pieces);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "");
  } catch {
    const offset = invalidUtf8At(bytes);
    throw badData({ file, offset }, `it is not UTF-8 from byte ${offset} on`);
  }
}
