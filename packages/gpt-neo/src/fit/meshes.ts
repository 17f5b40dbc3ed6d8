import { defineMesh, type Mesh } from "mtf";
import { devicesFor, type SessionOptions } from "../session.ts";

/** As many devices are taken at most where a model needs more of them than there are cores. */
const mostDevices = 32;

/**
 * The meshes to try for a model, the usual one first: with the same devices, those that split the
 * model more and the batch less; then fewer devices, and more.
 *
 * @param devices the usual number
 * @param rows that a batch has: more than as many devices along `data` have nothing to do
 * @example
 * meshesFor(4, 8).map(printMesh); // data:4, data:2,model:2, model:4, data:2, model:2, …
 */
export function meshesFor(devices: number, rows: number): readonly Mesh[] {
  const counts = [devices];
  for (let fewer = devices >> 1; fewer >= 1; fewer >>= 1) counts.push(fewer);
  for (let more = 2 * devices; more <= mostDevices; more *= 2) counts.push(more);
  return counts.flatMap((count) => splitsOf(count, rows));
}

/** The meshes to try where a session is: nobody starts more processes, or fewer, than there are. */
export function meshesIn(where: SessionOptions, rows: number, cores: number): readonly Mesh[] {
  const devices = devicesFor(where, rows, cores);
  const meshes = meshesFor(devices, rows);
  return where.runtime === "mpi" ? meshes.filter(({ size }) => size === devices) : meshes;
}

function splitsOf(count: number, rows: number): readonly Mesh[] {
  const meshes: Mesh[] = [];
  for (let model = 1; model <= count; model++) {
    const data = count / model;
    if (!Number.isInteger(data) || data > rows) continue;
    const axes = { ...((data > 1 || model === 1) && { data }), ...(model > 1 && { model }) };
    meshes.push(defineMesh(axes));
  }
  return meshes;
}
