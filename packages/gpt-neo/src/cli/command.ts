import type { Options } from "./option.ts";

/** A command: its options as a table, from which arguments are read and help is written. */
export interface Command<Values> {
  /** One word, or two as in `tokenizer train`. */
  readonly name: string;
  /** One sentence for the list of commands. */
  readonly summary: string;
  /** What a call looks like, after the command's name. */
  readonly usage: string;
  readonly options: Options<Values>;
  /** The option that words without one belong to, as in `gpt-neo cat a.jsonl`. */
  readonly words?: keyof Values & string;
  /** What the table cannot say: options that exclude or need each other. */
  readonly check?: (values: Values) => string | undefined;
  /** More for `--help`, below the options. */
  readonly notes?: string;
}

/** A command with what does its work, which is loaded only when it is called. */
export interface RunnableCommand<Values> extends Command<Values> {
  readonly load: () => Promise<{ run(values: Values): Promise<unknown> }>;
}
