import { entryOf } from "../../record.ts";
import type { Assignment, Task } from "../choose.ts";
import type { Link, Seat } from "./board.ts";
import { claimOfSplit, claimsBy, joined, keptBy, without } from "./claims.ts";
import type { Numbered, Planned } from "./known.ts";
import { splitAs } from "./planned.ts";
import { remembered } from "./remembered.ts";
import type { Places } from "./ways.ts";

/**
 * Other ways to split a node's work, near the one that is planned: one axis elsewhere, as an operand
 * lies or is asked for by others, or as a result is asked for.
 */
export function candidatesOf(places: Places, seat: Seat): readonly Planned[] {
  return remembered(seat.nearby, stateOf(seat), () => candidatesAround(places, seat));
}

function candidatesAround(places: Places, seat: Seat): readonly Planned[] {
  const { choice, planned } = seat;
  const found = new Set<Planned>();
  const ways = choice.task.passing.length > 0 ? [true, false] : [true];
  for (const passes of ways) {
    const now = claimOfSplit(seat, planned, passes);
    const [as, ...others] = nearBy(places, seat, passes);
    found.add(as!);
    for (const link of seat.links) {
      for (const claim of claimsBy(places, seat, link)) {
        found.add(joined(places, seat, passes, claim, now));
      }
    }
    for (const other of others) found.add(other);
  }
  return possibleBut(found, planned);
}

/** What is planned, with sums passing or not, and then that with each axis elsewhere. */
function nearBy(places: Places, seat: Seat, passes: boolean): readonly Planned[] {
  const { choice, known, planned } = seat;
  const { task } = choice;
  return remembered(known.near, planned.number * 2 + Number(passes), () => {
    const found: Planned[] = [];
    const add = (assignment: Assignment) => {
      found.push(splitAs(places, seat, { assignment, passes }));
    };
    const kept = keptBy(task, passes);
    const now = without(planned.assignment, kept);
    add(now);
    for (const axis of task.axes) {
      if (kept.includes(axis)) continue;
      const free = without(now, [axis]);
      add(free);
      for (const dim of known.dims) {
        const axes = [...(entryOf(free, dim) ?? []), axis];
        add({ ...free, [dim]: axes });
        if (axes.length > 1) add({ ...free, [dim]: inMeshOrder(axes, task) });
      }
    }
    return found;
  });
}

/** No op has so many that trying them all would be of use. */
const mostInAll = 200;

/** All ways to give each axis to a dim of a node or to none, where these are not too many. */
export function allSplitsOf(places: Places, seat: Seat): readonly Planned[] {
  const { choice, known, planned } = seat;
  const { dims } = known;
  const { passes } = planned;
  const all = remembered(known.all, passes, () => {
    // Axes over which sums stay owed split nothing.
    const kept = keptBy(choice.task, passes);
    const axes = choice.task.axes.filter((axis) => !kept.includes(axis));
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
    return assignments.map((assignment) => splitAs(places, seat, { assignment, passes }));
  });
  return possibleBut(all, planned);
}

/** Ways to split a node's work as one value lies or is asked for. */
export function candidatesBy(places: Places, seat: Seat, link: Link): readonly Planned[] {
  return remembered(seat.nearby, stateOf(seat, link), () => candidatesNow(places, seat, link));
}

/** The same text while the same is planned for a choice, and all that it reads and makes lies the same. */
function stateOf({ planned, links }: Seat, link?: Link): string {
  let text = `${planned.number} ${link ? links.indexOf(link) : ""}`;
  for (const { start, demands } of links) {
    text += `|${start[0]}`;
    for (const { to } of demands) text += ` ${to}`;
  }
  return text;
}

function candidatesNow(places: Places, seat: Seat, link: Link): readonly Planned[] {
  const { planned } = seat;
  const { passes } = planned;
  const now = claimOfSplit(seat, planned, passes);
  // What the value leaves free, others that the op reads or makes may claim.
  const rest: Numbered[] = [];
  for (const other of seat.links) {
    if (other !== link) rest.push(...claimsBy(places, seat, other));
  }
  const found = new Set<Planned>();
  for (const claim of claimsBy(places, seat, link)) {
    found.add(joined(places, seat, passes, claim, now));
    found.add(joined(places, seat, passes, claim));
    for (const own of rest) found.add(joined(places, seat, passes, claim, own));
  }
  return possibleBut(found, planned);
}

/** Splits that can be, other than the one that is planned. */
function possibleBut(found: Iterable<Planned>, planned: Planned): readonly Planned[] {
  const possible: Planned[] = [];
  for (const other of found) {
    if (other !== planned && Number.isFinite(other.work)) possible.push(other);
  }
  return possible;
}

function inMeshOrder(axes: readonly string[], { mesh }: Task): readonly string[] {
  return mesh.names.filter((axis) => axes.includes(axis));
}
