import { Damage } from "./damage.ts";

export interface FrameHeader {
  /** How far back matches may reach, in bytes. */
  readonly window: number;
  readonly contentSize: number | undefined;
  readonly hasChecksum: boolean;
}

/** The bytes that follow a frame's descriptor byte. */
export function headerSize(descriptor: number): number {
  const single = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const content = [single, 2, 4, 8][descriptor >> 6]!;
  return 1 - single + dictionary + content;
}

/** Reads a frame's header, given its descriptor and the bytes that follow it. */
export function readFrameHeader(descriptor: number, bytes: Uint8Array): FrameHeader {
  if (descriptor & 8) throw new Damage("a reserved bit is set in a zstd frame's header");
  const single = (descriptor & 32) !== 0;
  let at = 0;
  const uint = (size: number): number => {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
    at += size;
    return value;
  };
  let window = 0;
  if (!single) {
    const byte = uint(1);
    const base = 2 ** (10 + (byte >> 3));
    window = base + (base / 8) * (byte & 7);
  }
  if (uint([0, 1, 2, 4][descriptor & 3]!) !== 0) throw new Damage("it needs a zstd dictionary");
  const width = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const size = width === 0 ? undefined : uint(width) + (width === 2 ? 256 : 0);
  if (single) window = size!;
  return { window, contentSize: size, hasChecksum: (descriptor & 4) !== 0 };
}
