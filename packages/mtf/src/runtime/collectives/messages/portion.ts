import { type Copy, copyElements, neighbours } from "../../../backend/slices/copy.ts";
import type { HostArray } from "../../../dtype.ts";
import type { Access } from "../access.ts";
import { eachPart, type Part, roomLike } from "../row.ts";
import { type Runs, runsWithin } from "./runs.ts";

/** Elements of some arrays that go from device to device in a row, as one message. At least one. */
export interface Portion {
  readonly elements: number;
  readonly pieces: readonly [Piece, ...Piece[]];
}

/** Elements of one array, which go to one other. */
export interface Piece {
  readonly host: Access;
  /** Which of the operands they are read from. */
  readonly operand: number;
  readonly runs: Runs;
}

/** @returns undefined where the pieces have no element */
export function portionOf(all: readonly Piece[]): Portion | undefined {
  const [first, ...others] = all.filter(({ runs }) => runs.elements > 0);
  if (!first) return undefined;
  const elements = others.reduce((sum, { runs }) => sum + runs.elements, first.runs.elements);
  return { elements, pieces: [first, ...others] };
}

/**
 * What lies between two places of a row.
 *
 * @param copyOf what of each part belongs to the portion
 * @returns undefined where that is nothing
 */
export function portionInRow(
  row: readonly Part[],
  begin: number,
  end: number,
  copyOf: (part: Part) => Copy,
): Portion | undefined {
  const pieces: Piece[] = [];
  eachPart(row, begin, end, (part, from, length) => {
    const runs = runsWithin([copyOf(part)], from, from + length);
    pieces.push({ host: part.host, operand: 0, runs });
  });
  return portionOf(pieces);
}

/** A portion's numbers of the operands: as they lie where they do so in a row, unless they are to be a copy. */
export function numbersOf({ elements, pieces }: Portion, copied: boolean): HostArray {
  const [{ host, operand, runs }] = pieces;
  const first = host.operand(operand);
  if (pieces.length === 1 && runs.alone && !copied) {
    return neighbours(first, runs.alone.from, elements);
  }
  const row = roomLike(first, elements);
  let at = 0;
  for (const { host, operand, runs } of pieces) {
    const source = host.operand(operand);
    runs.each((from, _, length) => {
      copyElements(source, from, row, at, length);
      at += length;
    });
  }
  return row;
}

/** Where to put a portion of the results: where it belongs, if that is in a row. `settle` does the rest. */
export function landingOf({ elements, pieces }: Portion): HostArray {
  const [{ host, runs }] = pieces;
  const target = host.result();
  if (pieces.length > 1 || !runs.alone) return roomLike(target, elements);
  return neighbours(target, runs.alone.to, elements);
}

/** Brings a portion to where it belongs in the results, unless it lies there. */
export function settle({ pieces }: Portion, landed: HostArray): void {
  if (pieces.length === 1 && pieces[0].runs.alone) return;
  let at = 0;
  for (const { host, runs } of pieces) {
    const target = host.result();
    runs.each((_, to, length) => {
      copyElements(landed, at, target, to, length);
      at += length;
    });
  }
}
