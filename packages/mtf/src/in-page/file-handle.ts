import { fileAt, folderAt, named } from "./entries.ts";
import { guarded, systemError } from "./errors.ts";
import { type Stats, stat, statsOf } from "./look.ts";

/** What the library asks of Node's `FileHandle`. */
export interface FileHandle {
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<Stats>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file: `r` to read it as it is now, `wx` to write a new one, `a` to write behind its end. What
 * is written is there when it is closed, and not before.
 */
export async function open(path: string, flags: "r" | "w" | "wx" | "a" = "r"): Promise<FileHandle> {
  return guarded("open", path, async () => {
    if (flags === "r") return reading(path);
    const { parent, name } = await named(path);
    if (flags === "wx" && (await stat(path).catch(() => undefined))) {
      throw systemError("EEXIST", "open", path);
    }
    return writing(path, await parent.getFileHandle(name!, { create: true }), flags === "a");
  });
}

async function reading(path: string): Promise<FileHandle> {
  const isFolder = await folderAt(path, "open").then(
    () => true,
    () => false,
  );
  const file = isFolder ? undefined : await (await fileAt(path, "open")).getFile();
  let closed = false;
  return {
    async read(into, offset, length, position) {
      if (closed) throw systemError("EBADF", "read", path);
      if (!file) throw systemError("EISDIR", "read", path);
      return guarded("read", path, async () => {
        const bytes = new Uint8Array(await file.slice(position, position + length).arrayBuffer());
        into.set(bytes, offset);
        return { bytesRead: bytes.length };
      });
    },
    write: () => Promise.reject(systemError("EBADF", "write", path)),
    stat: async () => statsOf(file),
    sync: async () => undefined,
    async close() {
      closed = true;
    },
  };
}

async function writing(
  path: string,
  handle: FileSystemFileHandle,
  appends: boolean,
): Promise<FileHandle> {
  const target = await handle.createWritable({ keepExistingData: appends });
  if (appends) await target.seek((await handle.getFile()).size);
  let written = 0;
  return {
    read: () => Promise.reject(systemError("EBADF", "read", path)),
    async write(bytes) {
      // What shares memory with other threads is not taken.
      await guarded("write", path, () => target.write(new Uint8Array(bytes)));
      written += bytes.length;
      return { bytesWritten: bytes.length };
    },
    stat: async () => ({ ...statsOf(await handle.getFile()), size: written }),
    sync: async () => undefined,
    close: () => guarded("close", path, () => target.close()),
  };
}
