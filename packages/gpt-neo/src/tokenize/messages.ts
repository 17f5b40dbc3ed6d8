import type { ErrorCode, ErrorDetails } from "mtf";
import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import type { TokenizerSource } from "../tokenizer/index.ts";
import type { Encoded, Unit } from "./unit.ts";

/** What a worker is started with. */
export interface Start {
  readonly tokenizer: TokenizerSource;
  readonly textKey: string | undefined;
  /** Ends documents, if that is not what the tokenizer says. */
  readonly endOfText?: number | undefined;
}

export type Request = Unit;

export type Reply =
  | ({ readonly kind: "encoded" } & Encoded)
  | { readonly kind: "failed"; readonly failure: Failure };

/** An error on its way between threads, which would lose its class. */
export interface Failure {
  readonly code: ErrorCode | undefined;
  readonly sentence: string;
  readonly details: ErrorDetails;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof MtfError)) {
    return { code: undefined, sentence: String((error as Error).stack ?? error), details: {} };
  }
  return { code: error.code, sentence: sentenceOf(error), details: error.details };
}

export function errorOf({ code, sentence, details }: Failure): Error {
  return code === undefined ? new Error(sentence) : new MtfError(code, sentence, details);
}
