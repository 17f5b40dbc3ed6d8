import { mpiRanks } from "mtf/mpi";
import { coresOfMachine, memoryOfMachine } from "mtf/workers";
import type { SessionOptions } from "../session.ts";

/** What there is for all devices. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
  /** What one device can hold, where the machine that is planned for says so. */
  readonly deviceBytes?: number | undefined;
  /** How many of the devices it hosts, where others host the rest. */
  readonly hosted?: number | undefined;
}

/** This machine, or the part of it that a container gives. */
export function thisMachine({ runtime }: Pick<SessionOptions, "runtime"> = {}): Machine {
  return {
    cores: coresOfMachine(),
    memoryBytes: memoryOfMachine() ?? Number.POSITIVE_INFINITY,
    ...(runtime === "mpi" && { hosted: mpiRanks().onMachine }),
  };
}
