import { open } from "node:fs/promises";
import { badData } from "./bad-data.ts";
import { unpackedName } from "./bytes/index.ts";
import { typeOfCode } from "./mmididx/dtypes.ts";
import { asTheyStand, withEnds } from "./pieces.ts";
import { isPipe } from "./pipe.ts";
import { type InPlaceOptions, readAtRandom } from "./read-at-random.ts";
import type { TokenSource } from "./token-source.ts";

const uint16 = typeOfCode(8)!;

/**
 * Opens ids of 16 bits without an index to be read at random where they lie: one document, which ends
 * in an end of text.
 *
 * @returns undefined if they are packed, or come through a pipe
 * @throws MtfError `bad-file` where it ends within an id; as `readAtRandom`
 */
export async function openUint16InPlace(
  file: string,
  options: InPlaceOptions,
): Promise<TokenSource | undefined> {
  if (unpackedName(file) !== file || (await isPipe(file))) return undefined;
  const handle = await open(file).catch(() => undefined);
  // Whoever reads it from its beginning says what is wrong.
  if (!handle) return undefined;
  const last = new Uint16Array(1);
  try {
    const { size } = await handle.stat();
    if (size % 2 === 1) {
      throw badData({ file, offset: size - 1 }, "it ends within an id of 16 bits");
    }
    if (size > 0) await handle.read(new Uint8Array(last.buffer), 0, 2, size - 2);
    const ids = size / 2;
    const ends = ids > 0 && last[0] === options.endOfText;
    const document = {
      count: 1,
      start: (i: number) => (i === 0 ? 0 : ids),
      close: () => undefined,
    };
    const pieces = ends ? asTheyStand(ids) : withEnds(ids, document);
    return readAtRandom(file, uint16, pieces, options);
  } finally {
    await handle.close();
  }
}
