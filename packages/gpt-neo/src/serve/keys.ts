import { createHash, timingSafeEqual } from "node:crypto";
import { RequestError } from "./request-error.ts";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Checks what a request says for its key. How long that takes tells nothing about the keys.
 *
 * @param keys those that are taken; with none, every request is
 * @throws RequestError 401
 */
export function keyCheck(keys: readonly string[]): (authorization: string | undefined) => void {
  const known = keys.map(digest);
  return (authorization = "") => {
    if (known.length === 0) return;
    const given = digest(keyIn(authorization));
    const same = known.map((one) => timingSafeEqual(one, given));
    if (same.includes(true)) return;
    const message = "the API key is missing or is not one of this server's.";
    throw new RequestError(message, { status: 401, code: "invalid_api_key" });
  };
}

/** Whom a request comes from, as far as its key tells; nobody can tell the key from it. */
export function ownerOf(authorization = ""): string {
  return digest(keyIn(authorization)).toString("base64");
}

function keyIn(authorization: string): string {
  return /^Bearer +(.+)$/i.exec(authorization)?.[1] ?? "";
}
