import type { TokenPart } from "../../src/data/index.ts";

/** Documents in ids, each in memory as a whole. */
export async function* wholeDocuments(
  parts: AsyncIterable<TokenPart>,
): AsyncGenerator<Int32Array<ArrayBuffer>> {
  let held: number[] = [];
  for await (const { ids, end } of parts) {
    for (const id of ids) held.push(id);
    if (!end) continue;
    yield Int32Array.from(held);
    held = [];
  }
}
