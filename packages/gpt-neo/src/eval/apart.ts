import type { TokenPart } from "../data/index.ts";

type Part = Pick<TokenPart, "ids" | "end">;

/**
 * Documents that are joined in others, each with the id that ends it, as documents of their own.
 *
 * @example
 * // Of 1 0 2, where 0 ends a text: 1 0, and 2.
 * for await (const { ids, end } of apart(parts, 0)) console.log(ids, end);
 */
export async function* apart(parts: AsyncIterable<Part>, endOfText: number): AsyncGenerator<Part> {
  for await (const { ids, end } of parts) {
    let begin = 0;
    for (let at = ids.indexOf(endOfText); at >= 0; at = ids.indexOf(endOfText, begin)) {
      yield { ids: ids.subarray(begin, at + 1), end: true };
      begin = at + 1;
    }
    yield { ids: ids.subarray(begin), end };
  }
}
