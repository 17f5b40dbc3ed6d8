import * as v from "valibot";
import { field, flagField, isText, maybe, numberField, type Schema } from "../fields.ts";
import { type SamplingBody, samplingFields } from "../sampling-fields.ts";
import { type StreamBody, streamFields } from "../stream-fields.ts";

/** Texts or ids to continue: one, or several. */
export type WrittenPrompts =
  | string
  | readonly string[]
  | readonly number[]
  | readonly (readonly number[])[];

const isIds = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === "number");

const isPrompts = (value: unknown): value is WrittenPrompts => {
  if (isText(value) || isIds(value)) return true;
  return Array.isArray(value) && value.length > 0 && (value.every(isText) || value.every(isIds));
};

/** What `/v1/completions` takes. */
export interface CompletionBody extends SamplingBody, StreamBody {
  readonly model: string;
  readonly prompt?: WrittenPrompts | undefined;
  readonly max_tokens?: number | undefined;
  readonly best_of?: number | undefined;
  readonly logprobs?: number | undefined;
  readonly echo?: boolean | undefined;
  readonly suffix?: "" | undefined;
}

const isNothing = (value: unknown): value is "" => value === "";

export const completionBody: Schema<CompletionBody> = v.strictObject({
  model: field(isText, "a text"),
  prompt: maybe(field(isPrompts, "a text, a list of texts, a list of ids or a list of such lists")),
  ...samplingFields,
  ...streamFields,
  max_tokens: maybe(numberField({ least: 0, whole: true })),
  best_of: maybe(numberField({ least: 1, whole: true })),
  logprobs: maybe(numberField({ least: 0, most: 5, whole: true })),
  echo: maybe(flagField),
  suffix: maybe(field(isNothing, "left out: a text goes on, and nothing is put in between")),
});
