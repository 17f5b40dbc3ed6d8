import { availableParallelism } from "node:os";
import { pipesAmong } from "../../data/pipe.ts";
import { some } from "../../some.ts";
import { type TokenizeProgress, tokenize } from "../../tokenize/tokenize.ts";
import { tokenizerSource } from "../../tokenizer/index.ts";
import { printDuration, progressLine } from "../progress.ts";
import type { TokenizeCommandOptions } from "../tokenize-options.ts";
import { tokenizingLine } from "./tokenizing-line.ts";

/** What `gpt-neo tokenize` found. */
export interface TokenizeResult {
  readonly documents: number;
  readonly tokens: number;
  readonly files: readonly string[];
  readonly text: string;
}

/**
 * `gpt-neo tokenize`: turns text into files of ids. Stopped by force or by Ctrl-C, the same command
 * goes on.
 *
 * @throws MtfError as `tokenize`
 * @example
 * await run({ data: ["pile/*.jsonl.zst"], out: "ids", outputFormat: "bin" });
 */
export async function run(options: TokenizeCommandOptions): Promise<TokenizeResult> {
  const source = await tokenizerSource(options.tokenizer);
  const progress = progressLine();
  const started = performance.now();
  const show = (far: TokenizeProgress): void =>
    progress.update(tokenizingLine(far, (performance.now() - started) / 1000));
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    progress.note("stopping; again to stop at once");
  };
  process.once("SIGINT", stop);
  try {
    const done = await tokenize(options.data, {
      out: options.out,
      name: options.name,
      format: options.outputFormat,
      tokenizer: { ...source, ...(options.special && { special: true }) },
      read: {
        inputFormat: options.inputFormat,
        textKey: options.textKey,
        zstdWindow: options.zstdWindow,
        onLeftOut: progress.note,
      },
      workers: options.workers ?? availableParallelism(),
      example: options.chunkSize + 1,
      perFile: options.filesPer,
      onProgress: show,
      stopped: () => stopped,
    });
    progress.end();
    if (done.finished && done.resumed === done.documents) {
      progress.note("it was finished before; nothing was left to do");
    } else if (done.resumed > 0) progress.note(`went on after ${some(done.resumed, "document")}`);
    if (!done.finished) {
      const fromPipe = (await pipesAmong(options.data)).length > 0;
      const again = fromPipe ? "a pipe has no way back: begin afresh" : "the same command goes on";
      progress.note(`saved after ${some(done.documents, "document")}; ${again}`);
      process.exitCode = 130;
    }
    const { documents, tokens, files } = done;
    const time = printDuration((performance.now() - started) / 1000);
    const text = `${some(documents, "document")}, ${some(tokens, "token")} in ${time}\n${files.join("\n")}`;
    return { documents, tokens, files, text };
  } finally {
    progress.end();
    process.removeListener("SIGINT", stop);
  }
}
