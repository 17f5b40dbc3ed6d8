import type { Format } from "./format.ts";
import { openInPlace as openIndexedInPlace } from "./mmididx/in-place.ts";
import type { InPlaceOptions } from "./read-at-random.ts";
import type { TokenSource } from "./token-source.ts";
import { openUint16InPlace } from "./uint16-in-place.ts";

/** Opens a file of ids to be read at random where it lies; undefined where that cannot be. */
type Open = (file: string, options: InPlaceOptions) => Promise<TokenSource | undefined>;

/** The formats whose files need not be read before their ids are used. A new one is an entry here. */
const inPlace: Readonly<Partial<Record<Format, Open>>> = {
  bin: openIndexedInPlace,
  uint16: openUint16InPlace,
};

/**
 * Opens a file to be read at random where it lies, if its format allows it.
 *
 * @throws MtfError `bad-file` if it is damaged
 * @example
 * const source = await openInPlace({ file: "ids.bin", format: "bin" }, { size: 257, endOfText: 256 });
 */
export async function openInPlace(
  { file, format }: { readonly file: string; readonly format: Format },
  options: InPlaceOptions,
): Promise<TokenSource | undefined> {
  return inPlace[format]?.(file, options);
}
