import type { Backend } from "../../../backend/backend.ts";
import type { Mesh } from "../../../mesh.ts";
import type { Collectives } from "../collectives.ts";
import { groupsOf } from "../groups.ts";
import { piecesOfGroup } from "../pieces.ts";
import { bindMove } from "./move.ts";
import { bindReduce } from "./reduce.ts";
import type { Shown } from "./shown.ts";

/**
 * Of devices whose buffers are one backend's, those of a group reach into each other's: what they pass to
 * one another stays where the backend has it. With all others they do as `others` do.
 *
 * @param here the devices that share the backend, which one thread drives phase by phase
 */
export function withinBackend(
  mesh: Mesh,
  here: readonly number[],
  { within }: Backend,
  others: Collectives,
): Collectives {
  if (!within) return others;
  const groupOf = groupsOf(mesh);
  const all = new Set(here);
  const areHere = (members: readonly number[]) => members.every((member) => all.has(member));
  const shown: Shown = new Map();
  return {
    reduce(reduces, frame, apart) {
      const group = groupOf(frame.device.number, reduces[0]!.axes);
      if (!areHere(group.members)) return others.reduce(reduces, frame, apart);
      return bindReduce(reduces, frame, group, within, shown);
    },
    move(move, moving, apart) {
      const { members } = groupOf(moving.device.number, move.axes);
      const pieces = piecesOfGroup(move, moving.values, mesh, members);
      const staying = [...pieces].every(([own, made]) =>
        made.every(({ holder }) => holder === own),
      );
      if (!staying && !areHere(members)) return others.move(move, moving, apart);
      return bindMove(move, moving, pieces.get(moving.device.number)!, staying, within, shown);
    },
    barrier(axes, device) {
      return areHere(groupOf(device.number, axes).members)
        ? undefined
        : others.barrier(axes, device);
    },
    broadcast: others.broadcast,
  };
}
