import { open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { cannotWrite } from "./cannot-write.ts";
import { draftOf, removeDrafts } from "./draft.ts";

/** A file that is being written. */
export interface WritableFile {
  /** Appends all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Appends text as UTF-8. */
  write(text: string): Promise<void>;
}

/** The few things that writing needs from a file; tests give one whose disk is full. */
export interface FileForWriting {
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface AtomicOptions {
  readonly open?: ((path: string) => Promise<FileForWriting>) | undefined;
  /** Done when everything is on disk, before the file gets its name. */
  readonly whole?: (() => Promise<void>) | undefined;
}

/**
 * Writes a file as a whole or not at all: under another name in the same folder, which becomes the
 * file's own when everything is on disk. Whatever fails, the old file stays and no other is left; what
 * a process that was killed had begun is removed.
 *
 * @throws MtfError `bad-file` with the system's reason, such as a full disk
 * @example
 * await writeAtomically("config.json", (file) => file.write("{}\n"));
 */
export async function writeAtomically(
  path: string,
  content: (file: WritableFile) => Promise<void>,
  options: AtomicOptions = {},
): Promise<void> {
  await removeDrafts(path);
  const temporary = draftOf(path);
  try {
    const file = await (options.open ?? ((name) => open(name, "wx")))(temporary);
    try {
      await content({ write: (data) => writeAll(file, data) });
      await file.sync();
    } finally {
      await file.close();
    }
    await options.whole?.();
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw cannotWrite(path, error);
  }
  await syncFolder(dirname(path));
}

async function writeAll(file: FileForWriting, data: Uint8Array | string): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let done = 0; done < bytes.byteLength; ) {
    done += (await file.write(bytes.subarray(done))).bytesWritten;
  }
}

/** A new name is on disk when its folder is. Systems that cannot sync a folder do so by themselves. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close().catch(() => {});
}
