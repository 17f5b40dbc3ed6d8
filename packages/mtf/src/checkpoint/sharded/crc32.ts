import { crc32 as inNode } from "node:zlib";

/**
 * The CRC-32 of bytes, or of more bytes after those that gave `before`.
 *
 * @example
 * crc32(new TextEncoder().encode("123456789")); // 0xcbf43926
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return inNode(bytes, before);
}
