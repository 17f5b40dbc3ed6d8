import { closeSync, openSync, readSync } from "node:fs";
import { badData } from "./bad-data.ts";
import { blockCheck } from "./block-sums.ts";
import type { IndexedType } from "./mmididx/dtypes.ts";
import { idsOf } from "./mmididx/ids.ts";
import { firstOutside } from "./outside.ts";
import type { Pieces } from "./pieces.ts";
import type { TokenSource } from "./token-source.ts";

/** What the ids of a file are to a model. */
export interface InPlaceOptions {
  /** The vocabulary's; larger ids are errors where they are met. */
  readonly size: number;
  readonly endOfText: number;
  /** The checksums of the file's blocks: what is read is compared with them. */
  readonly sums?: Uint32Array | undefined;
}

/**
 * The ids of a file as a stream, read where they lie.
 *
 * @param pieces what stands where in the stream
 * @throws MtfError `bad-file` if it cannot be opened; when ids are read, for those outside the
 * vocabulary, and where it has become shorter
 */
export function readAtRandom(
  file: string,
  type: IndexedType,
  pieces: Pieces,
  { size, endOfText, sums }: InPlaceOptions,
): TokenSource {
  const descriptor = openSync(file, "r");
  const check = sums && blockCheck(file, descriptor, sums);
  const fill = (first: number, into: Int32Array): void => {
    const bytes = new Uint8Array(into.length * type.bytes);
    const offset = first * type.bytes;
    check?.(offset, bytes.length);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(descriptor, bytes, done, bytes.length - done, offset + done);
      if (count === 0) throw badData({ file, offset: offset + done }, "it ends early");
      done += count;
    }
    const found = idsOf(type.numbers(bytes));
    const wrong = "ids" in found ? firstOutside(found.ids, size) : found.wrong;
    if (!("ids" in found) || wrong !== undefined) {
      const at = "ids" in found ? found.ids.indexOf(wrong!) : found.at;
      const reason = "ids" in found ? `is not in the vocabulary of ${size}` : "is no id";
      throw badData({ file, offset: offset + at * type.bytes }, `the id ${wrong} ${reason}`);
    }
    into.set(found.ids);
  };
  return {
    length: 1 + pieces.length,
    read(begin, into) {
      let done = 0;
      if (begin === 0 && into.length > 0) into[done++] = endOfText;
      while (done < into.length) {
        const piece = pieces.at(begin + done - 1);
        const count = Math.min(into.length - done, piece.count);
        if (piece.kind === "end") into[done] = endOfText;
        else fill(piece.first, into.subarray(done, done + count));
        done += count;
      }
    },
    close: () => {
      closeSync(descriptor);
      pieces.close();
    },
  };
}
