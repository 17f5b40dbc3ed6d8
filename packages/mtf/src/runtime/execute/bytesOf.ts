import type { Backend, Buffer, MaybePromise } from "../../backend/backend.ts";

/** The bytes that a buffer holds, valid until the next allocation. */
export function bytesOf(backend: Backend, buffer: Buffer): MaybePromise<Uint8Array> {
  const bytes = backend.view(buffer) ?? backend.read(buffer);
  return bytes as MaybePromise<Uint8Array>;
}
