import { badData } from "../bad-data.ts";
import { standardInput } from "../pipe.ts";

/**
 * The bytes of standard input.
 *
 * @throws MtfError `bad-file` if they were read before
 */
export async function* standardInputBytes(): AsyncGenerator<Uint8Array> {
  const { stdin } = process;
  if (stdin.readableDidRead) {
    const reason = "it was read before, and what comes through a pipe is there once";
    throw badData({ file: standardInput, offset: 0 }, reason, ["a file for one of the two"]);
  }
  for await (const { buffer, byteOffset, length } of stdin as AsyncIterable<Buffer<ArrayBuffer>>) {
    yield new Uint8Array(buffer, byteOffset, length);
  }
}
