// Takes a lock three times, notes it in a file of all that do, and dies the third time:
// `lock-race.ts LOCK NOTES`.
import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { acquireLock, type Lock } from "../../src/lock/index.ts";

const [path, notes] = process.argv.slice(2);

async function acquired(): Promise<Lock> {
  for (;;) {
    try {
      return acquireLock(path!, "it");
    } catch {
      await setTimeout(1);
    }
  }
}

for (let times = 1; times <= 3; times++) {
  const lock = await acquired();
  appendFileSync(notes!, `${process.pid} in\n`);
  if (times === 3) process.kill(process.pid, "SIGKILL");
  await setTimeout(2);
  appendFileSync(notes!, `${process.pid} out\n`);
  lock.release();
}
