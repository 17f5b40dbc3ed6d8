/** What Node's codes mean, where a page's file system says otherwise. */
const sentences = {
  ENOENT: "no such file or directory",
  EEXIST: "file already exists",
  EISDIR: "illegal operation on a directory",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  ENOSPC: "no space left on device",
  EBADF: "bad file descriptor",
  EIO: "i/o error",
} as const;

export type Code = keyof typeof sentences;

/** An error as Node's file system throws it. */
export function systemError(code: Code, syscall: string, path: string): Error {
  const error = new Error(`${code}: ${sentences[code]}, ${syscall} '${path}'`);
  return Object.assign(error, { code, syscall, path });
}

/** What a browser threw, as Node would. */
export function asSystemError(error: unknown, syscall: string, path: string): unknown {
  if (!(error instanceof DOMException)) return error;
  return systemError(codes[error.name] ?? "EIO", syscall, path);
}

const codes: Readonly<Record<string, Code>> = {
  NotFoundError: "ENOENT",
  TypeMismatchError: "ENOTDIR",
  InvalidModificationError: "ENOTEMPTY",
  QuotaExceededError: "ENOSPC",
};

/** @throws Error as Node's file system does */
export async function guarded<T>(
  syscall: string,
  path: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw asSystemError(error, syscall, path);
  }
}
