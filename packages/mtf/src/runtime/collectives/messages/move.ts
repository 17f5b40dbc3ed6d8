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
import { landingOf, numbersOf, portionOf, settle } from "./portion.ts";
import { runsWithin } from "./runs.ts";
import { phasesOf, type Segment, type Sending, segmentsOf } from "./segments.ts";

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
  const segments = segmentsOf(longest, dtype, sending).map((segment): [Phase, Phase] => {
    const sent = within(outgoing, segment);
    const coming = within(incoming, segment);
    const elements = coming.reduce((sum, { portion }) => sum + portion.elements, 0);
    const bytes = elements * bytesPerElement[dtype];
    const send = () => {
      for (const { peer, portion } of sent) {
        messages.send(self, peer, numbersOf(portion, segment.copied));
      }
    };
    const receive = () => {
      const awaited = coming.map(({ peer, portion }) => ({ from: peer, into: landingOf(portion) }));
      return after(messages.receive(self, awaited), () => {
        coming.forEach(({ portion }, i) => void settle(portion, awaited[i]!.into));
        device.usage.bytesReceived += bytes;
      });
    };
    return [send, receive];
  });
  const open: Phase = () => after(host.open(part.fill), () => part.copy());
  return phasesOf(open, segments, () => host.close());

  /** What of parcels is sent in a segment. */
  function within(parcels: readonly Parcel[], { begin, end }: Segment) {
    return parcels.flatMap(({ peer, operand, copies }) => {
      const portion = portionOf([{ host, operand, runs: runsWithin(copies, begin, end) }]);
      return portion ? [{ peer, portion }] : [];
    });
  }

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
