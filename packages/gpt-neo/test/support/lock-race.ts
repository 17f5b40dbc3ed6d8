// Takes a lock again and again, and notes it in a file of all that do: `lock-race.ts LOCK NOTES TIMES`.
// Every other time it leaves the lock as a dead process would, and the last time it dies.
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { thisProcess } from "../../src/lock/holder.ts";
import { acquireLock, type Lock } from "../../src/lock/index.ts";

const [path, notes, times] = process.argv.slice(2);

async function acquired(): Promise<Lock> {
  for (;;) {
    try {
      return acquireLock(path!, "it");
    } catch {
      await setImmediate();
    }
  }
}

function leaveAsDead(): void {
  const other = `${path}-${process.pid}`;
  writeFileSync(other, JSON.stringify({ ...thisProcess(), start: "before" }));
  renameSync(other, path!);
}

for (let time = 1; time <= Number(times); time++) {
  const lock = await acquired();
  appendFileSync(notes!, `${process.pid} in\n`);
  if (time === Number(times)) process.kill(process.pid, "SIGKILL");
  await setTimeout(1);
  appendFileSync(notes!, `${process.pid} out\n`);
  if (time % 2 === 0) lock.release();
  else leaveAsDead();
}
