import { copyElements, eachRun } from "../../backend/slices/copy.ts";
import { boxOf, volume } from "../../program/placement.ts";
import type { Move } from "../../program/program.ts";
import { after, type Phase, sharing } from "../execute/device.ts";
import { type Access, accessTo } from "./access.ts";
import type { Moving } from "./moving.ts";
import type { Piece } from "./pieces.ts";

/** A device's own part in a move, however numbers get to it from others. */
export interface OwnPart {
  readonly host: Access;
  /** What the result is full of at first. */
  readonly fill: number | undefined;
  /** Copies what the device holds itself. */
  copy(): void;
}

/** @param pieces what the device's result is made of */
export function ownPart(move: Move, moving: Moving, pieces: readonly Piece[]): OwnPart {
  const { device, frame, part } = moving;
  const own = pieces.filter((piece) => piece.holder === device.number);
  const host = accessTo(frame, move.operands, move.result, part);
  return {
    host,
    fill: fillOf(move, pieces, moving),
    copy() {
      for (const { operand, copy } of own) {
        const [source, target] = [host.operand(operand), host.result()];
        eachRun(copy, 0, copy.fromEnd, (from, to, length) =>
          copyElements(source, from, target, to, length),
        );
      }
    },
  };
}

/** What the result is full of where nothing is moved to; undefined if that is nowhere. */
export function fillOf(move: Move, pieces: readonly Piece[], moving: Moving): number | undefined {
  const covered = pieces.reduce((sum, piece) => sum + piece.copy.elements, 0);
  return covered < elementsOf(moving, move.result) ? move.fill : undefined;
}

/** A move in which nothing gets from one device to another. */
export function stayingMove(
  move: Move,
  moving: Moving,
  pieces: readonly Piece[],
  { host, fill, copy }: OwnPart,
): readonly Phase[] {
  const same = unmoved(move, pieces, moving);
  if (same !== undefined) return [sharing(moving.frame, same, move.result)];
  const finish = () => {
    copy();
    host.close();
  };
  return [() => after(host.open(fill), finish)];
}

/** The operand whose slice is the result's, number by number, if there is one. */
export function unmoved(move: Move, [piece]: readonly Piece[], moving: Moving): number | undefined {
  if (!moving.alone) return undefined;
  if (piece?.holder !== moving.device.number || piece.copy.counts.length > 0) return undefined;
  const operand = move.operands[piece.operand]!;
  const sizes = [operand, move.result].map((value) => elementsOf(moving, value));
  return sizes.every((size) => size === piece.copy.elements) ? operand : undefined;
}

/** How many elements of an array a device holds. */
function elementsOf({ device, values }: Moving, value: number): number {
  const { dims, placement } = values[value]!;
  return volume(boxOf(dims, placement, device.mesh, device.coordinate));
}
