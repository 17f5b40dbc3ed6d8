import { type Budget, gains, smallest } from "./answer.ts";
import {
  change,
  costAround,
  type Link,
  newTrial,
  type Seat,
  type Trial,
  takeBack,
} from "./board.ts";
import { candidatesBy } from "./candidates.ts";
import type { Planned } from "./known.ts";
import { savesSomething } from "./together.ts";
import type { Places } from "./ways.ts";

/** How many choices may follow a change. */
const mostFollowers = 32;

/**
 * A choice by another split that all others follow which read or make the value that it makes dearest,
 * then those around what is dearest now, if it gains at any time: of a value with several readers no
 * move is saved until the last of them has followed, so that none would by itself.
 */
export function improveFollowed(
  places: Places,
  seat: Seat,
  candidates: readonly Planned[],
  budget: Budget,
): Trial | undefined {
  for (const planned of candidates) {
    if (budget.answers <= 0) return undefined;
    if (planned.work > seat.planned.work + smallest) continue;
    const trial = newTrial();
    change(places, trial, seat, planned);
    if (savesSomething(trial) && followed(places, trial, seat, budget)) return trial;
    takeBack(trial);
  }
  return undefined;
}

/** Whether a trial gains once others have followed. */
function followed(places: Places, trial: Trial, first: Seat, budget: Budget): boolean {
  const done = new Set<Link>();
  const moved = new Set([first]);
  for (let link = dearest(trial, done); link; link = dearest(trial, done)) {
    done.add(link);
    const to = placeAfter(link, moved);
    for (const seat of link.seats) {
      if (to === undefined || moved.has(seat)) continue;
      if (moved.size > mostFollowers || budget.answers <= 0) return false;
      budget.answers--;
      if (follow(places, trial, seat, link, to)) moved.add(seat);
    }
    if (gains(trial)) return true;
  }
  return false;
}

/** The value that costs most more than before, of those whose neighbours have not followed yet. */
function dearest({ links }: Trial, done: ReadonlySet<Link>): Link | undefined {
  let found: Link | undefined;
  let most = smallest;
  for (const link of links) {
    if (link.cost - link.before <= most || done.has(link)) continue;
    found = link;
    most = link.cost - link.before;
  }
  return found;
}

/** Where those that have moved leave a value, or ask for it. */
function placeAfter(link: Link, moved: ReadonlySet<Seat>): number | undefined {
  const makes = link.seats.find((seat) => moved.has(seat) && seat.makes.includes(link));
  if (makes) return link.start[0];
  for (const seat of link.seats) {
    if (!moved.has(seat)) continue;
    const at = seat.choice.operands.findIndex(({ track }) => track === link.track);
    if (at >= 0) return seat.planned.asks[at];
  }
  return undefined;
}

/** Lets a choice read a value, or leave it, where it lies now: by what costs least of that. */
function follow(places: Places, trial: Trial, seat: Seat, link: Link, to: number): boolean {
  const { choice, planned: before } = seat;
  const goes = ({ asks, gives }: Planned) =>
    choice.operands.every(({ track }, i) => track !== link.track || asks[i] === to) &&
    seat.makes.every((own, i) => own !== link || gives[i] === to);
  let best = before;
  let least = Number.POSITIVE_INFINITY;
  for (const planned of candidatesBy(places, seat, link)) {
    if (!goes(planned) || planned.work > before.work + smallest) continue;
    change(places, trial, seat, planned);
    const cost = costAround(seat);
    if (cost < least) [best, least] = [planned, cost];
  }
  change(places, trial, seat, best);
  return best !== before;
}
