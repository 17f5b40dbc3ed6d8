import { open } from "node:fs/promises";
import { cannotWrite } from "mtf/files";
import type { LogRecord } from "./log.ts";
import type { Log } from "./open-log.ts";

/** In a page lines are written while more of them come, as a file is there only when it is closed. */
export function openLog(path: string): Log {
  let held = "";
  let writing: Promise<void> | undefined;
  let failure: unknown;
  const write = async (): Promise<void> => {
    while (held !== "") {
      const bytes = new TextEncoder().encode(held);
      held = "";
      const file = await open(path, "a");
      await file.write(bytes);
      await file.close();
    }
  };
  return {
    append(record: LogRecord) {
      if (failure !== undefined) throw cannotWrite(path, failure);
      held += `${JSON.stringify(record)}\n`;
      writing ??= write()
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => {
          writing = undefined;
        });
    },
    async close() {
      while (writing) await writing;
      if (failure !== undefined) throw cannotWrite(path, failure);
    },
  };
}
