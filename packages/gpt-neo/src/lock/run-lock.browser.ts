import { resolve } from "node:path";
import { MtfError } from "mtf";
import type { Lock } from "./lock.ts";

/** In a page the browser keeps locks, and gives them up with the page that holds them. */
export async function lockFolder(folder: string): Promise<Lock> {
  return new Promise((resolveLock, reject) => {
    const name = `gpt-neo ${resolve(folder)}`;
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) throw inUse(folder);
        return new Promise<void>((release) => resolveLock({ release }));
      })
      .catch(reject);
  });
}

function inUse(folder: string): MtfError {
  return new MtfError("bad-argument", `${folder} is in use by another run of this site.`, {
    try: ["ending that run: it may be in another tab"],
    file: folder,
  });
}
