import { volume } from "../../program/placement.ts";
import type { Move } from "../../program/program.ts";
import { after, type Frame, type Phase, sharing, sliceOf } from "../execute/device.ts";
import { type Access, accessTo } from "./access.ts";
import { copyElements, eachRun } from "./copy.ts";
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
export function ownPart(move: Move, frame: Frame, pieces: readonly Piece[]): OwnPart {
  const { device, values } = frame;
  const own = pieces.filter((piece) => piece.holder === device.number);
  const covered = pieces.reduce((sum, piece) => sum + piece.copy.elements, 0);
  const wanted = volume(sliceOf(values[move.result]!, device).box);
  const host = accessTo(frame, move.operands, move.result);
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
  frame: Frame,
  pieces: readonly Piece[],
  { host, fill, copy }: OwnPart,
): readonly Phase[] {
  const same = unmoved(move, pieces, frame);
  if (same !== undefined) return [sharing(frame, same, move.result)];
  const finish = () => {
    copy();
    host.close();
  };
  return [() => after(host.open(fill), finish)];
}

/** The operand whose slice is the result's, number by number, if there is one. */
function unmoved(
  move: Move,
  [piece]: readonly Piece[],
  { device, values }: Frame,
): number | undefined {
  if (piece?.holder !== device.number || piece.copy.counts.length > 0) return undefined;
  const operand = move.operands[piece.operand]!;
  const sizes = [operand, move.result].map((v) => volume(sliceOf(values[v]!, device).box));
  return sizes.every((size) => size === piece.copy.elements) ? operand : undefined;
}
