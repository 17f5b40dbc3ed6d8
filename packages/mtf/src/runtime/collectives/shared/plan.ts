import type { Mesh } from "../../../mesh.ts";
import type { Lying } from "../../../program/lying.ts";
import type { Move } from "../../../program/program.ts";
import { type Piece, piecesOfGroup } from "../pieces.ts";

/** How the devices of a group carry out a move. */
export interface MovePlan {
  /** By device, what its result is made of. */
  readonly pieces: ReadonlyMap<number, readonly Piece[]>;
  /** By device, what it shows the others: one stretch for each operand, in a row. */
  readonly stretches: ReadonlyMap<number, readonly Stretch[]>;
  /** The most elements that any device of the group shows. */
  readonly published: number;
}

/** Elements begin … end - 1 of a device's slice of an operand, shown from position `at` on. */
export interface Stretch {
  readonly operand: number;
  readonly begin: number;
  readonly end: number;
  readonly at: number;
}

// The devices of a group that live in one process share its plan.
const plans = new WeakMap<Move, Map<number, MovePlan>>();

export function planMove(
  move: Move,
  values: readonly Lying[],
  mesh: Mesh,
  members: readonly number[],
): MovePlan {
  const known = plans.get(move) ?? new Map<number, MovePlan>();
  plans.set(move, known);
  const plan = known.get(members[0]!) ?? makePlan(move, values, mesh, members);
  known.set(members[0]!, plan);
  return plan;
}

function makePlan(
  move: Move,
  values: readonly Lying[],
  mesh: Mesh,
  members: readonly number[],
): MovePlan {
  const pieces = piecesOfGroup(move, values, mesh, members);
  const ranges = new Map(
    members.map((member) => [member, new Map<number, { begin: number; end: number }>()]),
  );
  for (const member of members) {
    for (const { holder, operand, copy } of pieces.get(member)!) {
      if (holder === member) continue;
      const shown = ranges.get(holder)!;
      const { begin, end } = shown.get(operand) ?? { begin: copy.from, end: copy.fromEnd };
      shown.set(operand, { begin: Math.min(begin, copy.from), end: Math.max(end, copy.fromEnd) });
    }
  }
  const stretches = new Map<number, readonly Stretch[]>();
  let published = 0;
  for (const member of members) {
    let at = 0;
    const row = [...ranges.get(member)!].map(([operand, { begin, end }]): Stretch => {
      at += end - begin;
      return { operand, begin, end, at: at - (end - begin) };
    });
    stretches.set(member, row);
    published = Math.max(published, at);
  }
  return { pieces, stretches, published };
}
