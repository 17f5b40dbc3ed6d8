/**
 * What some of a tokenizer's tokens are for, in the words of `tokenizer_config.json`: `eos_token` is
 * `</s>`. Tokens without a role of their own are `additional_special_tokens`.
 */
export type Roles = Readonly<Record<string, string | readonly string[]>>;
