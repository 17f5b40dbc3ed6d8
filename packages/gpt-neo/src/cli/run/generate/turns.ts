import { createInterface } from "node:readline";
import type { Progress } from "../../../progress.ts";

/** A line that was typed, and what ends the turn that it begins. */
export interface Turn {
  readonly line: string;
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal;
}

/** The lines that a person types, until there are no more. */
export interface Turns {
  lines(): AsyncGenerator<Turn>;
  close(): void;
}

/**
 * Reads turns from standard input, on a terminal with a prompt. An interrupt ends the turn that is under
 * way; where there is none, it says how to end it all.
 */
export function openTurns({ note }: Pick<Progress, "note">): Turns {
  const { stdin: input, stdout: output } = process;
  const terminal = input.isTTY === true && output.isTTY === true;
  const reader = createInterface({ input, terminal, prompt: "> ", ...(terminal && { output }) });
  // Lines that come while a turn is under way wait for theirs.
  const typed = reader[Symbol.asyncIterator]();
  let turn: AbortController | undefined;

  function interrupted(): void {
    if (turn) return turn.abort();
    note("Ctrl-D ends");
    if (terminal) reader.prompt();
  }
  reader.on("SIGINT", interrupted);
  process.on("SIGINT", interrupted);

  async function* lines(): AsyncGenerator<Turn> {
    for (;;) {
      if (terminal) reader.prompt();
      const next = await typed.next();
      if (next.done) return;
      turn = new AbortController();
      yield { line: next.value, signal: turn.signal };
      turn = undefined;
    }
  }

  return {
    lines,
    close: () => {
      process.off("SIGINT", interrupted);
      reader.close();
    },
  };
}
