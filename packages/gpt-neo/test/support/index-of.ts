/** The index of a pair whose documents have so many ids of 16 bits each, a sequence a document. */
export function indexOf(documents: number, each: number): Uint8Array {
  const bytes = new Uint8Array(34 + 12 * documents + 8 * (documents + 1));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("MMIDIDX\0\0"));
  view.setBigUint64(9, 1n, true);
  bytes[17] = 8;
  view.setBigUint64(18, BigInt(documents), true);
  view.setBigUint64(26, BigInt(documents + 1), true);
  for (let i = 0; i < documents; i++) {
    view.setInt32(34 + 4 * i, each, true);
    view.setBigInt64(34 + 4 * documents + 8 * i, BigInt(2 * each * i), true);
  }
  for (let i = 0; i <= documents; i++) {
    view.setBigInt64(34 + 12 * documents + 8 * i, BigInt(i), true);
  }
  return bytes;
}
