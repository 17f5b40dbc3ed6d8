/** `maxNewTokens` as `max_new_tokens`. */
export type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeCase<Rest>}`
    : `_${Lowercase<First>}${SnakeCase<Rest>}`
  : Name;

/** Options that may also be written as Python writes them. */
export type InSnakeCase<Options> = {
  readonly [Name in keyof Options & string as SnakeCase<Name>]?: Options[Name];
};
