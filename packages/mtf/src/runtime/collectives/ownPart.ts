import { boxOf, volume } from "../../program/placement.ts";
import type { Move } from "../../program/program.ts";
import { after, type Phase, sharing } from "../execute/device.ts";
import { type Access, accessTo } from "./access.ts";
import { copyElements, eachRun } from "./copy.ts";
import type { Moving } from "./moving.ts";
import type { Piece } from "./pieces.ts";

/** A device's own part in a move, however numbers get to it from others. */
export interface OwnPart {
  readonly host: Access;
  /** What the result is full of where nothing is moved to; undefined if that is nowhere. */
  readonly fill: number | undefined;
  /** Copies what the device holds itself. */
  copy(): void;
}

/** @param pieces what the device's result is made of */
export function ownPart(move: Move, moving: Moving, pieces: readonly Piece[]): OwnPart {
  const { device, frame, part } = moving;
  const own = pieces.filter((piece) => piece.holder === device.number);
  const covered = pieces.reduce((sum, piece) => sum + piece.copy.elements, 0);
  const wanted = elementsOf(moving, move.result);
  const host = accessTo(frame, move.operands, move.result, part);
  return {
    host,
    fill: covered < wanted ? move.fill : undefined,
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

/** A move in which nothing gets from one device to another. */
export function stayingMove(
  move: Move,
  moving: Moving,
  pieces: readonly Piece[],
  { host, fill, copy }: OwnPart,
): readonly Phase[] {
  const same = moving.alone ? unmoved(move, pieces, moving) : undefined;
  if (same !== undefined) return [sharing(moving.frame, same, move.result)];
  const finish = () => {
    copy();
    host.close();
  };
  return [() => after(host.open(fill), finish)];
}

/** The operand whose slice is the result's, number by number, if there is one. */
function unmoved(move: Move, [piece]: readonly Piece[], moving: Moving): number | undefined {
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
