import { MtfError } from "../../errors.ts";
import { type Mesh, printMesh } from "../../mesh.ts";

/** Beyond this many for each core, workers mostly wait for one another; a few may always be. */
const perCore = 8;
const few = 64;

/**
 * As many workers as `workers` starts on a machine with so many cores, if it is not forced to.
 *
 * @example
 * mostWorkers(16); // 128
 */
export function mostWorkers(cores: number): number {
  return Math.max(few, perCore * cores);
}

/** @throws MtfError `bad-mesh` if a mesh has far more devices than there are cores for workers */
export function checkWorkers(mesh: Mesh, cores: number): void {
  const most = mostWorkers(cores);
  if (mesh.size <= most) return;
  throw new MtfError("bad-mesh", `${printMesh(mesh)} is ${mesh.size} workers on one machine.`, {
    evidence: [
      ["cores", `${cores}`],
      ["limit", `${most} workers`],
    ],
    try: [
      "simulator(mesh), which needs no threads",
      "workers(mesh, { force: true }) to start them all the same",
    ],
    workers: mesh.size,
    cores,
    most,
  });
}
