import type { Prompts } from "./prompt-job.ts";
import type { ServedModel } from "./served-model.ts";
import type { Streamed } from "./stream-fields.ts";
import type { Piece } from "./texts-of.ts";
import type { Usage } from "./usage.ts";
import type { WholeText } from "./whole-texts.ts";

/** What a request asks for, and what its answer looks like. */
export interface Answer extends Streamed {
  readonly prompts: Prompts;
  /** The answer when all texts have ended. */
  whole(texts: readonly WholeText[], usage: Usage): object;
  /** What is told before any text. */
  readonly begin: readonly object[];
  chunk(piece: Piece): object;
  usage(usage: Usage): object;
}

/**
 * Reads a body.
 *
 * @throws RequestError 400 that names the field
 */
export type Endpoint = (body: unknown, model: ServedModel) => Answer;
