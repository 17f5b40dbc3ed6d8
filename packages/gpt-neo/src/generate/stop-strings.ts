import { MtfError } from "mtf";
import type { Tokenizer } from "../tokenizer/index.ts";

/**
 * The text, of some that end texts, that the last of a row's ids completes: it may have begun ids
 * before, in the prompt even. Without such texts there is none.
 *
 * @throws MtfError `bad-argument` where there is no tokenizer
 */
export function stopsBy(
  stops: readonly string[],
  tokenizer: Tokenizer | undefined,
): (ids: readonly number[]) => string | undefined {
  if (stops.length === 0) return () => undefined;
  if (!tokenizer) {
    throw new MtfError(
      "bad-argument",
      "generate: `stopStrings` need a tokenizer, and there is none.",
      {
        try: ["a tokenizer in the model's folder", "`eosTokenId`, for ids that end a text"],
      },
    );
  }
  // An id has a byte at least.
  const longest = Math.max(...stops.map((stop) => Buffer.byteLength(stop)));
  return (ids) => {
    const decoder = tokenizer.decoder();
    const seen = ids.slice(-longest - 1);
    const before = seen
      .slice(0, -1)
      .map((id) => decoder.push(id))
      .join("");
    const text = before + decoder.push(seen.at(-1)!);
    return stops.find((stop) => text.includes(stop, Math.max(0, before.length - stop.length + 1)));
  };
}
