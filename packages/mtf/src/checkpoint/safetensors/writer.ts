import { hostname } from "node:os";

/** Who writes a draft. */
export interface Writer {
  /** Processes of other machines may share the disk. */
  readonly host: string;
  readonly pid: number;
  /** Whether another one of this host still writes. */
  isRunning(pid: number): boolean;
}

export const writer: Writer = {
  host: hostname().replace(/[^A-Za-z0-9]/g, ""),
  // Looked up each time: a process that forks has another.
  get pid() {
    return process.pid;
  },
  isRunning(pid) {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
  },
};
