import * as v from "valibot";
import { isObject } from "../../json.ts";
import { field, flagField, isText, maybe, numberField, type Schema } from "../fields.ts";
import { type SamplingBody, samplingFields } from "../sampling-fields.ts";
import { type StreamBody, streamFields } from "../stream-fields.ts";

/** A message as it is written: its content is a text, or parts that are. */
interface WrittenMessage {
  readonly role: string;
  readonly content: string | readonly { readonly type: "text"; readonly text: string }[];
  readonly name?: string | undefined;
}

/** What `/v1/chat/completions` takes. */
export interface ChatBody extends SamplingBody, StreamBody {
  readonly model: string;
  readonly messages: readonly WrittenMessage[];
  readonly max_tokens?: number | undefined;
  readonly max_completion_tokens?: number | undefined;
  readonly logprobs?: boolean | undefined;
  readonly top_logprobs?: number | undefined;
  readonly response_format?: { readonly type: "text" } | undefined;
}

const roles = ["system", "developer", "user", "assistant"] as const;
const isRole = (value: unknown): value is string => roles.includes(value as never);
const isPart = (value: unknown): boolean =>
  isObject(value) && value.type === "text" && isText(value.text);
const isContent = (value: unknown): value is WrittenMessage["content"] =>
  isText(value) || (Array.isArray(value) && value.every(isPart));
const isPlain = (value: unknown): value is { readonly type: "text" } =>
  isObject(value) && value.type === "text";
const most = numberField({ least: 1, whole: true });

export const chatBody: Schema<ChatBody> = v.strictObject({
  model: field(isText, "a text"),
  messages: v.pipe(
    v.array(
      v.strictObject({
        role: field(isRole, `one of ${roles.join(", ")}`),
        content: field(isContent, "a text, or a list of parts of type text"),
        name: maybe(field(isText, "a text")),
      }),
      "must be a list of messages",
    ),
    v.minLength(1, "must have a message"),
  ),
  ...samplingFields,
  ...streamFields,
  max_tokens: maybe(most),
  max_completion_tokens: maybe(most),
  logprobs: maybe(flagField),
  top_logprobs: maybe(numberField({ least: 0, most: 20, whole: true })),
  response_format: maybe(field(isPlain, 'of type "text"')),
});
