import type { Copy } from "../../../backend/slices/copy.ts";
import { bytesPerElement } from "../../../dtype.ts";
import { coordinateOf } from "../../../mesh.ts";
import { boxOf, volume } from "../../../program/placement.ts";
import type { Move } from "../../../program/program.ts";
import { after, type Phase } from "../../execute/device.ts";
import type { Group } from "../groups.ts";
import type { Moving } from "../moving.ts";
import { ownPart, stayingMove } from "../ownPart.ts";
import { type Piece, piecesOfGroup } from "../pieces.ts";
import type { Awaited } from "./messages.ts";
import { landingOf, numbersOf, portionOf, settle } from "./portion.ts";
import { relayOf } from "./relay.ts";
import { runsWithin } from "./runs.ts";
import { phasesOf, type Segment, type Sending, segmentsOf } from "./segments.ts";

/** A copy of so many bytes takes no longer than it does to have a message depart by itself. */
const shortCopy = 32 << 10;

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
  const relay = relayOf(messages, members, self);
  const spreads = relay.passesOn && isSpread(made);
  const segments = segmentsOf(longest, dtype, sending).map((segment, i): [Phase, ...Phase[]] => {
    const sent = within(outgoing, segment);
    const coming = within(incoming, segment);
    const elements = coming.reduce((sum, { portion }) => sum + portion.elements, 0);
    const bytes = elements * bytesPerElement[dtype];
    const send = () => {
      for (const { peer, portion } of sent) {
        if (!spreads) messages.send(self, peer, numbersOf(portion, segment.copied));
        // All get the same, so what one gets is sent for all.
        else if (peer === sent[0]!.peer) relay.send(numbersOf(portion, segment.copied));
      }
      if (i > 0) return;
      // While what has been sent is on its way, a device copies what it holds itself.
      if (longest * bytesPerElement[dtype] > shortCopy) messages.depart?.();
      part.copy();
    };
    const landing = () =>
      coming.map(({ peer, portion }) => ({ from: peer, into: landingOf(portion) }));
    const done = (landed: readonly Awaited[]) => {
      coming.forEach(({ portion }, i) => void settle(portion, landed[i]!.into));
      device.usage.bytesReceived += bytes;
    };
    if (spreads) return [send, ...relay.receive(landing, done)];
    const receive = () => {
      const awaited = landing();
      return after(messages.receive(self, awaited), () => done(awaited));
    };
    return [send, receive];
  });
  return phasesOf(
    () => host.open(part.fill),
    segments,
    () => host.close(),
  );

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

/** Whether what each device holds goes to all others, and all of it to each. */
function isSpread(made: ReadonlyMap<number, readonly Piece[]>): boolean {
  const members = [...made.keys()];
  const readFrom = (holder: number, member: number) =>
    made
      .get(member)!
      .filter((piece) => piece.holder === holder)
      .map(({ operand, copy: { from, fromSteps, counts, run } }) =>
        [operand, from, fromSteps, counts, run].join(" "),
      )
      .join();
  return members.every((holder) => {
    const all = members.filter((member) => member !== holder);
    return new Set(all.map((member) => readFrom(holder, member))).size === 1;
  });
}
