import { writeSync } from "node:fs";
import { pause } from "./turn.ts";

/** How long what a process has told takes to get to where it is printed: ending all ends that, too. */
export const tellingTime = 300;

let isBound = false;

/**
 * Has the processes that were started with this one end with it if it fails before it uses MPI. Open MPI's
 * launcher sees to that itself; MPICH's (Hydra) waits for them, unless it is told by the pipe that each process
 * has to it, in words of PMI-1.
 */
export function endAllAtFailure(joined: () => boolean): void {
  const { HYDI_CONTROL_FD, PMI_FD } = process.env;
  if (isBound || HYDI_CONTROL_FD === undefined || PMI_FD === undefined) return;
  isBound = true;
  process.once("exit", (code) => {
    if (code === 0 || joined()) return;
    pause(tellingTime);
    try {
      writeSync(Number(PMI_FD), `cmd=abort exitcode=${code}\n`);
    } catch {
      // The launcher has gone, and whom it started with it.
    }
  });
}
