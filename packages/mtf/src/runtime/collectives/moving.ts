import { type Lying, lyingParts } from "../../program/lying.ts";
import type { Move } from "../../program/program.ts";
import type { Frame } from "../execute/device.ts";

/** A program as they see it who move one array of numbers: of a value that rests in several, one. */
export interface Moving extends Pick<Frame, "device" | "slots"> {
  readonly frame: Frame;
  readonly values: readonly Lying[];
  readonly part: number;
  /** Whether the result rests in one array, so that where nothing moves its buffer may be shared. */
  readonly alone: boolean;
}

/** A move of arrays of numbers, and how the program looks to it. */
export interface PartMove {
  readonly move: Move;
  readonly moving: Moving;
}

// The devices that live in one process share what is planned for a move, by this.
const known = new WeakMap<Move, readonly Move[]>();

/** The moves that a move is: one for each array of numbers that the values rest in. */
export function movesOf(move: Move, frame: Frame): readonly PartMove[] {
  const { device, slots, values } = frame;
  const parts = lyingParts(values[move.result]!);
  if (parts.length === 1 && !values[move.result]!.rest) {
    return [{ move, moving: { device, slots, frame, values, part: 0, alone: true } }];
  }
  const moves = known.get(move) ?? parts.map(() => ({ ...move }));
  known.set(move, moves);
  return parts.map((_, part) => {
    const own: Lying[] = [];
    for (const value of [...move.operands, move.result]) {
      own[value] = lyingParts(values[value]!)[part]!;
    }
    const moving = { device, slots, frame, values: own, part, alone: parts.length === 1 };
    return { move: moves[part]!, moving };
  });
}
