import * as v from "valibot";
import { flagField, type MaybeFields, maybe } from "./fields.ts";
import { wrongField } from "./request-error.ts";

/** What a body says of how it is answered. */
export interface StreamBody {
  readonly stream?: boolean | undefined;
  readonly stream_options?: { readonly include_usage?: boolean | undefined } | undefined;
}

export const streamFields: MaybeFields<StreamBody> = {
  stream: maybe(flagField),
  stream_options: maybe(v.strictObject({ include_usage: maybe(flagField) })),
};

/** Whether an answer is streamed, and what it took is told at its end. */
export interface Streamed {
  readonly stream: boolean;
  readonly streamUsage: boolean;
}

/** @throws RequestError 400 for options of a stream that is none */
export function streamedAs({ stream = false, stream_options }: StreamBody): Streamed {
  if (stream_options && !stream) throw wrongField("stream_options", "is for 'stream'");
  return { stream, streamUsage: stream_options?.include_usage ?? false };
}
