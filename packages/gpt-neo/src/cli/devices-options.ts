import type { Command } from "./command.ts";
import { flag } from "./option.ts";

export interface DevicesOptions {
  readonly json?: boolean;
}

export const devicesCommand: Command<DevicesOptions> = {
  name: "devices",
  summary: "tell what this machine computes with, and what runs take of it",
  usage: "",
  options: { json: flag("one JSON object instead of a table") },
  notes: `Each part is looked for as a run would: TensorFlow and BLAS are loaded, GPUs are
asked for, MPI is found and not begun.`,
};
