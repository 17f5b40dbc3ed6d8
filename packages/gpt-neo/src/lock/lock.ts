import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { MtfError } from "mtf";
import { cannotWrite, draftOf } from "mtf/files";
import { type Holder, holderIn, holds, thisProcess } from "./holder.ts";

/** Something that one process at a time may do. */
export interface Lock {
  release(): void;
}

/** Milliseconds between the signs of life that a holder gives to other machines. */
const signEvery = 20_000;

/**
 * Takes a lock, which is a file. A process that has ended holds none, however it ended; one of
 * another machine holds it until it has given no sign of life for two minutes.
 *
 * @param what is locked, as errors call it
 * @throws MtfError `bad-argument` naming the process that holds it; `bad-file` if it cannot be read
 * or written
 * @example
 * const lock = acquireLock("run/.lock", "run");
 * try { … } finally { lock.release(); }
 */
export function acquireLock(path: string, what: string): Lock {
  const mine = `${JSON.stringify(thisProcess())}\n`;
  const holder = take(path, mine);
  if (holder) throw inUse(path, what, holder);
  const sign = setInterval(() => touch(path), signEvery).unref();
  return {
    release() {
      clearInterval(sign);
      if (textOf(path) === mine) rmSync(path, { force: true });
    },
  };
}

/** Puts the file there, or says who did. What a dead process left is removed first. */
function take(path: string, mine: string): Partial<Holder> | undefined {
  for (;;) {
    const draft = draftOf(path);
    try {
      if (create(path, draft, mine)) return undefined;
      const found = textIn(path);
      if (found === undefined) continue;
      const holder = holderIn(found);
      if (holds(holder, ageOf(draft, path))) return holder ?? {};
      // One at a time: who removes the file might find the lock of the one who was faster.
      const over = `${path}.over`;
      if (take(over, mine)) pause();
      else {
        if (textOf(path) === found) rmSync(path, { force: true });
        rmSync(over, { force: true });
      }
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/** Makes the file with all that is in it; false if there is one. */
function create(path: string, draft: string, text: string): boolean {
  try {
    writeFileSync(draft, text);
    linkSync(draft, path);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Its holder removes drafts, this one perhaps.
    if (code === "EEXIST" || (code === "ENOENT" && syscall === "link")) return false;
    const noLinks = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(code ?? "");
    if (noLinks && textOf(draft) === text) return createUnlinked(path, text);
    throw cannotWrite(path, error);
  }
}

/** Where a file can have one name only, others may see it before its text is there. */
function createUnlinked(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cannotWrite(path, error);
  }
}

/** By the clock of the disk that both are on. */
function ageOf(now: string, path: string): number {
  const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
  return (statSync(now, { throwIfNoEntry: false })?.mtimeMs ?? since) - since;
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // A disk that is away for a while is no reason to stop.
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The same, but what is there and cannot be read is an error: it would be waited for in vain. */
function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESTALE") return undefined;
    throw new MtfError("bad-file", `${path} cannot be read: ${message}.`, { file: path });
  }
}

function inUse(path: string, what: string, { pid, host, since }: Partial<Holder>): MtfError {
  const own = host === thisProcess().host;
  const where = own || host === undefined ? "" : ` on ${host.split(" ")[0]}`;
  const holder = pid === undefined ? "another process" : `process ${pid}${where}`;
  return new MtfError("bad-argument", `${what} is in use by ${holder}.`, {
    evidence: [...(since === undefined ? [] : [["since", since] as const]), ["lock", path]],
    try: [
      `waiting for it to end${own ? `, or stopping it: kill ${pid}` : ""}`,
      ...(own ? [] : [`removing ${path}, if nothing runs there`]),
    ],
    file: path,
    pid,
  });
}
