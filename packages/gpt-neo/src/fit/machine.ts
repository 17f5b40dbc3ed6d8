import { coresOfMachine, memoryOfMachine } from "mtf/workers";

/** What there is for all devices. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
  /** What one device can hold, where the machine that is planned for says so. */
  readonly deviceBytes?: number | undefined;
}

/** This machine, or the part of it that a container gives. */
export function thisMachine(): Machine {
  return {
    cores: coresOfMachine(),
    memoryBytes: memoryOfMachine() ?? Number.POSITIVE_INFINITY,
  };
}
