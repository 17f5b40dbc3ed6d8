import { Damage } from "./damage.ts";
import type { FrameHeader } from "./frame-header.ts";
import type { HuffmanTable } from "./huffman.ts";
import { readLiterals } from "./literals.ts";
import { runSequences, type SequenceState } from "./sequences.ts";

/** No block gives more bytes than this. */
export const maxBlock: number = 128 * 1024;

/** Bit streams are read in whole words, which may begin before and end after them. */
const margin = 8;

/** Decodes a frame's blocks in order, and keeps what later blocks refer to. */
export interface FrameDecoder {
  /** A block's bytes; they hold until the next call. */
  block(kind: number, bytes: Uint8Array, size: number): Uint8Array;
}

/** Memory that one frame leaves to the next: many files have a frame for every line. */
export interface Workspace {
  history: Uint8Array;
  readonly packed: Uint8Array;
  readonly literals: Uint8Array;
}

export function workspace(): Workspace {
  return {
    history: new Uint8Array(0),
    packed: new Uint8Array(maxBlock + 2 * margin),
    literals: new Uint8Array(maxBlock),
  };
}

export function decodeFrame(header: FrameHeader, space: Workspace): FrameDecoder {
  const window = Math.max(header.window, 1024);
  const maxSize = Math.min(window, maxBlock);
  const state: SequenceState = { recent: [1, 4, 8] };
  let huffman: HuffmanTable | undefined;
  let at = 0;

  return {
    block(kind, bytes, size) {
      if (size > maxSize) throw new Damage("a block is larger than allowed");
      at = makeRoom(space, at, window, maxSize);
      const { history: out, packed } = space;
      const from = at;
      if (kind === 0) {
        out.set(bytes, at);
        at += size;
      } else if (kind === 1) {
        at += size;
        out.fill(bytes[0]!, from, at);
      } else {
        packed.set(bytes, margin);
        const end = margin + bytes.length;
        if (bytes.length < 2) throw new Damage("a block is too small");
        const literals = readLiterals(packed, margin, end, huffman, space.literals, maxSize);
        huffman = literals.table;
        const output = { bytes: out, at, window, maxSize };
        at = runSequences(packed, literals.end, end, space.literals, literals.size, state, output);
      }
      return out.subarray(from, at);
    },
  };
}

/**
 * Makes room for a block after `at`. The history grows with what has come, never with what a header
 * claims; once a window and a quarter is full, the window moves to its beginning.
 */
function makeRoom(space: Workspace, at: number, window: number, block: number): number {
  if (at + block <= space.history.length) return at;
  const most = window + Math.max(Math.floor(window / 4), 2 * maxBlock);
  if (space.history.length < most) {
    const grown = memoryOf(Math.min(most, Math.max(2 * (at + block), 4 * maxBlock)), window);
    grown.set(space.history.subarray(0, at));
    space.history = grown;
    return at;
  }
  space.history.copyWithin(0, at - window, at);
  return window;
}

function memoryOf(size: number, window: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new Damage(`its window of ${window} bytes takes more memory than there is`);
  }
}
