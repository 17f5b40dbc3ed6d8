import type { Node } from "../graph/node.ts";
import { defineMesh, type Mesh } from "../mesh.ts";
import { bodiesOf } from "../program/bodies.ts";
import { splitAxes } from "../program/placement.ts";
import {
  type Compute,
  type Instruction,
  type Program,
  readsOf,
  writesOf,
} from "../program/program.ts";
import { nodeOf } from "../program/standIn.ts";
import { devices } from "../program/transfer.ts";
import { bytesAtRest } from "../rest/bytes.ts";
import { type MachineModel, sliceSeconds } from "./machineModel.ts";
import { runsExpected } from "./roundsExpected.ts";
import { secondsAlone } from "./secondsAlone.ts";

/** Seconds that a device works by itself in a run of an instruction, waiting for nobody. */
export function busySeconds(
  program: Program,
  instruction: Instruction,
  machine: MachineModel,
  mesh: Mesh = defineMesh(program.mesh),
): number {
  switch (instruction.kind) {
    case "compute":
      return computingSeconds(program, instruction, machine, mesh);
    case "move": {
      if (instruction.name !== "slice") return 0;
      const taken = program.values[instruction.result]!;
      return sliceSeconds(machine, bytesAtRest(taken) / devices(splitAxes(taken.placement), mesh));
    }
    case "reduce":
    case "bucket":
    case "start":
    case "wait":
      return 0;
    case "region":
      return bodiesOf(instruction).reduce((sum, { instructions, often }) => {
        const inside = instructions.map((i) => busySeconds(program, i, machine, mesh));
        return sum + runsExpected(often) * inside.reduce((n, seconds) => n + seconds, 0);
      }, 0);
  }
}

function computingSeconds(
  program: Program,
  compute: Compute,
  machine: MachineModel,
  mesh: Mesh,
): number {
  const { node, shares } = sharedWork(program, compute, mesh);
  return secondsAlone(node, machine) / shares;
}

/** An op, and by how many devices its work is shared: those along all axes that cut some dim of it. */
export function sharedWork(
  { values }: Program,
  compute: Compute,
  mesh: Mesh,
): { readonly node: Node; readonly shares: number } {
  const [read, made] = [readsOf(compute), writesOf(compute)].map((all) => {
    return all.map((value) => values[value]!);
  });
  const cut = new Set([...read!, ...made!].flatMap(({ placement }) => splitAxes(placement)));
  return { node: nodeOf(compute, read!, made!), shares: devices([...cut], mesh) };
}
