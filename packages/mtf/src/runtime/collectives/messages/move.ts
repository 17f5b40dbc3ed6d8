import { bytesPerElement } from "../../../dtype.ts";
import { coordinateOf } from "../../../mesh.ts";
import { boxOf, volume } from "../../../program/placement.ts";
import type { Move } from "../../../program/program.ts";
import { after, type Phase } from "../../execute/device.ts";
import type { Copy } from "../copy.ts";
import type { Group } from "../groups.ts";
import type { Moving } from "../moving.ts";
import { ownPart, stayingMove } from "../ownPart.ts";
import { type Piece, piecesOfGroup } from "../pieces.ts";
import { landing, pack, runsWithin, unpack } from "./packed.ts";
import { phasesOf, type Sending, segmentsOf } from "./segments.ts";

/** What goes from one device to another in a move: of each operand, these parts. */
interface Parcel {
  readonly peer: number;
  readonly operand: number;
  readonly copies: readonly Copy[];
}

/** Moves elements: each device sends what others lack, in a row, and copies what it holds itself. */
export function bindMove(
  move: Move,
  moving: Moving,
  { members }: Group,
  sending: Sending,
): readonly Phase[] {
  const { device, values } = moving;
  const { mesh, number: self } = device;
  const { messages } = sending;
  const { dtype } = values[move.result]!;
  const made = piecesOfGroup(move, values, mesh, members);
  const pieces = made.get(self)!;
  const part = ownPart(move, moving, pieces);
  const incoming = parcels(pieces.map((piece) => [piece.holder, piece]));
  const outgoing = parcels(
    [...made].flatMap(([member, of]) =>
      of.flatMap((piece) => (piece.holder === self ? [[member, piece] as const] : [])),
    ),
  );
  if (incoming.length + outgoing.length === 0) return stayingMove(move, moving, pieces, part);
  const { host } = part;

  /** Of slices of devices, the first one's are the largest. */
  const longest = Math.max(
    ...move.operands.map((operand) => {
      const { dims, placement } = values[operand]!;
      return volume(boxOf(dims, placement, mesh, coordinateOf(mesh, 0)));
    }),
  );
  const segments = segmentsOf(longest, dtype, sending).map(
    ({ begin, end, copied }): [Phase, Phase] => {
      const send = () => {
        for (const { peer, operand, copies } of outgoing) {
          const runs = runsWithin(copies, begin, end);
          if (runs.elements > 0) {
            messages.send(self, peer, pack(runs, host.operand(operand), copied));
          }
        }
      };
      const receive = () => {
        const target = host.result();
        const coming = incoming.flatMap(({ peer, copies }) => {
          const runs = runsWithin(copies, begin, end);
          if (runs.elements === 0) return [];
          device.usage.bytesReceived += runs.elements * bytesPerElement[dtype];
          return { from: peer, into: landing(runs, target), runs };
        });
        return after(messages.receive(self, coming), () => {
          for (const { runs, into } of coming) unpack(runs, into, target);
        });
      };
      return [send, receive];
    },
  );
  const open: Phase = () => after(host.open(part.fill), () => part.copy());
  return phasesOf(open, segments, () => host.close());

  /** Operands in order for each peer, for both ends to go by the same. */
  function parcels(all: readonly (readonly [peer: number, piece: Piece])[]): readonly Parcel[] {
    const found = new Map<string, { peer: number; operand: number; copies: Copy[] }>();
    for (const [peer, { operand, copy }] of all) {
      if (peer === self) continue;
      const key = `${peer} ${operand}`;
      const parcel = found.get(key) ?? { peer, operand, copies: [] };
      parcel.copies.push(copy);
      found.set(key, parcel);
    }
    return [...found.values()].sort((a, b) => a.operand - b.operand);
  }
}
