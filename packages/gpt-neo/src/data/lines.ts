import { badData } from "./bad-data.ts";
import { bytesOf } from "./bytes/index.ts";
import type { BytesOptions } from "./bytes/options.ts";
import { longestPiece, type Piece } from "./piece.ts";

/** A line of a file, without its end. */
export interface Line extends Piece {
  /** Whether a line feed ends it; only the last line may lack one. */
  readonly ended: boolean;
}

/**
 * The lines of a file, one after the other; `\n` and `\r\n` end them.
 *
 * @throws MtfError `bad-file` if the file cannot be read, or for a line over 256 MiB
 */
export async function* linesOf(file: string, options: BytesOptions = {}): AsyncGenerator<Line> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let line = 1;
  let offset = 0;
  for await (const chunk of bytesOf(file, options)) {
    let begin = 0;
    for (;;) {
      const end = chunk.indexOf(10, begin);
      if (end < 0) break;
      const last = chunk.subarray(begin, end);
      const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
      yield { bytes: withoutReturn(bytes), line, offset, ended: true };
      offset += bytes.length + 1;
      line++;
      held = [];
      heldBytes = 0;
      begin = end + 1;
    }
    if (begin === chunk.length) continue;
    const rest = chunk.slice(begin);
    held.push(rest);
    heldBytes += rest.length;
    if (heldBytes > longestPiece) {
      throw badData({ file, line, offset }, "a line is longer than 256 MiB");
    }
  }
  if (heldBytes > 0) yield { bytes: Buffer.concat(held), line, offset, ended: false };
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
}
