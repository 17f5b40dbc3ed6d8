import { entryOf } from "../../record.ts";
import { type Assignment, claimsOf, type Task } from "../choose.ts";
import { assign, type Claims } from "../place.ts";
import { type Link, type Planned, type Seat, splitAs } from "./board.ts";
import type { Places } from "./ways.ts";

/**
 * Other ways to split a node's work, near the one that is planned: one axis elsewhere, as an operand
 * lies or is asked for by others, or as a result is asked for.
 */
export function candidatesOf(places: Places, seat: Seat): readonly Planned[] {
  const { choice, dims, planned } = seat;
  const { task } = choice;
  const found = new Set<Planned>();
  const add = (assignment: Assignment, passes: boolean) => {
    found.add(splitAs(places, seat, { assignment, passes }));
  };
  const ways = task.passing.length > 0 ? [true, false] : [true];
  for (const passes of ways) {
    const kept = passes ? task.owed : [];
    const now = without(planned.assignment, kept);
    add(now, passes);
    for (const link of seat.links) {
      for (const claims of claimsBy(places, seat, link)) {
        const whole = assign([...claims, ...Object.entries(now)], dims, task.mesh);
        add(without(whole, kept), passes);
      }
    }
    for (const axis of task.axes) {
      if (kept.includes(axis)) continue;
      const free = without(now, [axis]);
      add(free, passes);
      for (const dim of dims) {
        const axes = [...(entryOf(free, dim) ?? []), axis];
        add({ ...free, [dim]: axes }, passes);
        if (axes.length > 1) add({ ...free, [dim]: inMeshOrder(axes, task) }, passes);
      }
    }
  }
  found.delete(planned);
  return [...found];
}

/** No op has so many that trying them all would be of use. */
const mostInAll = 200;

/** All ways to give each axis to a dim of a node or to none, where these are not too many. */
export function allSplitsOf(places: Places, seat: Seat): readonly Planned[] {
  const { choice, dims, planned } = seat;
  const { task } = choice;
  const { passes } = planned;
  // Axes over which sums stay owed split nothing.
  const axes = task.axes.filter((axis) => !(passes && task.owed.includes(axis)));
  if ((dims.size + 1) ** axes.length > mostInAll) return [];
  let assignments: readonly Assignment[] = [{}];
  for (const axis of axes) {
    assignments = assignments.flatMap((assignment) => [
      assignment,
      ...[...dims].map((dim) => ({
        ...assignment,
        [dim]: [...(entryOf(assignment, dim) ?? []), axis],
      })),
    ]);
  }
  const found = new Set(
    assignments.map((assignment) => splitAs(places, seat, { assignment, passes })),
  );
  found.delete(planned);
  return [...found];
}

/** Ways to split a node's work as one value lies or is asked for. */
export function candidatesBy(places: Places, seat: Seat, link: Link): readonly Planned[] {
  const { choice, dims, planned } = seat;
  const { task } = choice;
  const kept = planned.passes ? task.owed : [];
  const now = Object.entries(without(planned.assignment, kept));
  const found = new Set<Planned>();
  const add = (claims: Claims) => {
    const assignment = without(assign(claims, dims, task.mesh), kept);
    found.add(splitAs(places, seat, { assignment, passes: planned.passes }));
  };
  for (const claims of claimsBy(places, seat, link)) {
    add([...claims, ...now]);
    add(claims);
    // What the value leaves free, others that the op reads or makes may claim.
    for (const other of seat.links) {
      if (other === link) continue;
      for (const own of claimsBy(places, seat, other)) add([...claims, ...own]);
    }
  }
  found.delete(planned);
  return [...found];
}

/** The placements that a value has or is asked for under, as claims on a node's dims. */
function claimsBy(places: Places, seat: Seat, link: Link): readonly Claims[] {
  const { task, operands } = seat.choice;
  const distinct = new Set([link.start[0]!]);
  for (const { to } of link.demands) distinct.add(to);
  const placements = [...distinct].map((number) => places.all[number]!);
  const claims: Claims[] = [];
  operands.forEach(({ track }, i) => {
    if (track !== link.track) return;
    for (const placement of placements) claims.push(claimsOf(task, placement, i));
  });
  if (seat.makes.includes(link)) {
    for (const { split } of placements) claims.push(Object.entries(split));
  }
  return claims;
}

function without(assignment: Assignment, axes: readonly string[]): Assignment {
  if (axes.length === 0) return assignment;
  const left = Object.entries(assignment).map(
    ([dim, own]) => [dim, own.filter((axis) => !axes.includes(axis))] as const,
  );
  return Object.fromEntries(left.filter(([, own]) => own.length > 0));
}

function inMeshOrder(axes: readonly string[], { mesh }: Task): readonly string[] {
  return mesh.names.filter((axis) => axes.includes(axis));
}
