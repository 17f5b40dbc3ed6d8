import { defaultMachine, defineMachine, type MachineModel, type Mesh, MtfError } from "mtf";
import { parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";
import type { GoingOn } from "./going-on.ts";
import type { OnMachine } from "./options.ts";

/** No machine has so many axes that its file gets longer. */
const mostBytes = 1 << 20;

/**
 * The options with the machine that a run is planned for: the one given, read from its file, or the
 * default.
 *
 * @throws MtfError `bad-file` for a file without one, `bad-argument` for figures that are none
 */
export async function withMachine(options: GoingOn): Promise<OnMachine> {
  return { ...options, machine: await machineOf(options.machine ?? defaultMachine) };
}

async function machineOf(machine: string | MachineModel): Promise<MachineModel> {
  if (typeof machine !== "string") return defineMachine(machine);
  const figures = parseJson(await readSmallFile(machine, mostBytes), machine);
  try {
    return defineMachine(figures as MachineModel);
  } catch (error) {
    const why = error instanceof MtfError ? error.message.split("\n")[0]! : `${error}`;
    throw new MtfError("bad-file", `${machine} holds no machine.`, {
      evidence: [["because", why]],
      try: [`npm run bench -- machine > ${machine}`],
      file: machine,
    });
  }
}

/** A machine as far as a mesh has its axes: lower takes no links of others. */
export function machineOn({ links = {}, ...machine }: MachineModel, mesh: Mesh): MachineModel {
  const own = Object.entries(links).filter(([axis]) => mesh.names.includes(axis));
  return own.length > 0 ? { ...machine, links: Object.fromEntries(own) } : machine;
}
