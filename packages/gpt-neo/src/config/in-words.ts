const words: Readonly<Record<string, string>> = {
  Array: "a list",
  Object: "an object",
  boolean: "true or false",
  number: "a number",
  string: "text",
};

const bounds: Readonly<Record<string, (limit: string) => string>> = {
  ">=": (limit) => `${limit} or more`,
  ">": (limit) => `above ${limit}`,
  "<=": (limit) => `at most ${limit}`,
  "<": (limit) => `below ${limit}`,
};

/**
 * What a schema wants, or has found, in words.
 *
 * @example
 * inWords(">=1"); // 1 or more
 * inWords('("gelu" | "relu" | null)'); // "gelu", "relu" or null
 */
export function inWords(term: string): string {
  const choices = /^\((.*)\)$/.exec(term)?.[1]?.split(" | ").map(inWords);
  if (choices) {
    const last = choices.at(-1)!;
    return choices.length === 1 ? last : `${choices.slice(0, -1).join(", ")} or ${last}`;
  }
  const [, bound, limit] = /^([<>]=?)(.*)$/.exec(term) ?? [];
  return bound === undefined ? (words[term] ?? term) : bounds[bound]!(limit!);
}
