import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex } from "@noble/hashes/utils";

/** What the library asks of Node's `Hash`. */
export interface Hash {
  update(data: string | Uint8Array): Hash;
  digest(encoding: "hex"): string;
}

/** Not `crypto.subtle`, which takes nothing piece by piece. */
export function createHash(_: "sha256"): Hash {
  const hash = sha256.create();
  const made: Hash = {
    update(data) {
      hash.update(typeof data === "string" ? new TextEncoder().encode(data) : data);
      return made;
    },
    digest: () => bytesToHex(hash.digest()),
  };
  return made;
}

export function randomUUID(): string {
  // Not `crypto.randomUUID`, which pages have over https alone.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) =>
    word.toString(16).padStart(8, "0"),
  ).join("-");
}
