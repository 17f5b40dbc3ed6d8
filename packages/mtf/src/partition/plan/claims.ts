import { type Assignment, claimsOf, type Task } from "../choose.ts";
import { assign } from "../place.ts";
import type { Link, Seat } from "./board.ts";
import type { Known, Numbered, Planned } from "./known.ts";
import { splitAs } from "./planned.ts";
import { remembered } from "./remembered.ts";
import { mostPlacements, type Places } from "./ways.ts";

/** The placements that a value has or is asked for under, as claims on a node's dims. */
export function claimsBy(places: Places, seat: Seat, link: Link): readonly Numbered[] {
  const distinct = [link.start[0]!];
  for (const { to } of link.demands) if (!distinct.includes(to)) distinct.push(to);
  const found: Numbered[] = [];
  for (const role of seat.roles[seat.links.indexOf(link)]!) {
    for (const placement of distinct) found.push(claimOf(places, seat, role, placement));
  }
  return found;
}

/** What a placement of an operand claims, or of a result, which come after them. */
function claimOf(places: Places, { choice, known }: Seat, role: number, number: number): Numbered {
  return remembered(known.placed, role * mostPlacements + number, () => {
    const placement = places.all[number]!;
    const isOperand = role < choice.operands.length;
    return {
      number: numbersUsed(known),
      claims: isOperand ? claimsOf(choice.task, placement, role) : Object.entries(placement.split),
    };
  });
}

/** What a split claims, but for axes over which sums stay owed. */
export function claimOfSplit({ choice, known }: Seat, planned: Planned, passes: boolean): Numbered {
  return remembered(known.split, planned.number * 2 + Number(passes), () => {
    const free = without(planned.assignment, keptBy(choice.task, passes));
    return { number: numbersUsed(known), claims: Object.entries(free) };
  });
}

/** The axes that split nothing, as sums stay owed over them. */
export function keptBy({ owed }: Task, passes: boolean): readonly string[] {
  return passes ? owed : [];
}

function numbersUsed({ placed, split }: Known): number {
  return placed.size + split.size;
}

// More claims than any op knows.
const mostClaims = 1 << 20;

/** The split that claims come to, made one after the other. */
export function joined(
  places: Places,
  seat: Seat,
  passes: boolean,
  first: Numbered,
  second?: Numbered,
): Planned {
  const { choice, known } = seat;
  const key = first.number * mostClaims + (second ? second.number : mostClaims - 1);
  return remembered(known.joined, key * 2 + Number(passes), () => {
    const claims = second ? [...first.claims, ...second.claims] : first.claims;
    const split = assign(claims, known.dims, choice.task.mesh);
    const assignment = without(split, keptBy(choice.task, passes));
    return splitAs(places, seat, { assignment, passes });
  });
}

export function without(assignment: Assignment, axes: readonly string[]): Assignment {
  if (axes.length === 0) return assignment;
  const left = Object.entries(assignment).map(
    ([dim, own]) => [dim, own.filter((axis) => !axes.includes(axis))] as const,
  );
  return Object.fromEntries(left.filter(([, own]) => own.length > 0));
}
