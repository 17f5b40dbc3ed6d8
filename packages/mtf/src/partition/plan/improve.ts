import type { Mesh } from "../../mesh.ts";
import type { Price } from "../../program/transfer.ts";
import type { Answers } from "../answers.ts";
import { groupsOf } from "./alike.ts";
import {
  change,
  costAround,
  difference,
  newTrial,
  type Planned,
  type Seat,
  seated,
  splitAs,
  type Trial,
  takeBack,
} from "./board.ts";
import { allSplitsOf, candidatesBy, candidatesOf } from "./candidates.ts";
import type { Choice, Split } from "./choice.ts";
import { middleOf, plannable, sampleOf } from "./sample.ts";
import { newPlaces, type Places } from "./ways.ts";

/** Sweeps over all choices until none gains by another, or this often. */
const mostSweeps = 8;

/** Seconds that count as a difference. */
const smallest = 1e-12;

/** How many choices may answer to a change before it is judged, and how many to all changes. */
const mostAnswers = 48;
const mostAnswersInAll = 6_000;

type Candidates = (places: Places, seat: Seat) => readonly Planned[];

/** How many answers may still be asked for. */
interface Budget {
  answers: number;
}

/** The seats of choices that are alike, for each of them. */
type Alike = ReadonlyMap<Seat, readonly Seat[]>;

/**
 * Lets each op take the split that costs least given what is around it, those that read it
 * included, until nothing changes: a split for each that has changed. What is alike is changed
 * alike. Costs are seconds.
 */
export function improve(
  choices: readonly Choice[],
  mesh: Mesh,
  price: Price,
  answers: Answers,
): ReadonlyMap<Choice, Split> {
  const places = newPlaces(mesh, price, answers);
  const open = plannable(choices);
  const groups = groupsOf(open, answers);
  const seats = seated(open, sampleOf(open, groups), places);
  const alike: Alike = new Map(
    groups.flatMap((group) => {
      const own = group.flatMap((choice) => seats.get(choice) ?? []);
      return own.map((seat) => [seat, own] as const);
    }),
  );
  const middles = groups.map((group) => seats.get(middleOf(group))!);
  const first = new Map(middles.map((seat) => [seat, seat.planned]));
  const budget = { answers: mostAnswersInAll };
  // What is near is tried everywhere before what is far.
  for (const candidates of [candidatesOf, allSplitsOf]) {
    const alone = (seat: Seat) => improveAlone(places, seat, candidates, budget);
    const together = (seat: Seat) => improveTogether(places, seat, candidates, budget);
    let order: readonly Seat[] = middles;
    for (let sweep = 0; sweep < mostSweeps && order.length > 0; sweep++) {
      const touched = [
        ...sweepBy(alone, places, order, alike),
        ...sweepBy(together, places, movesFirst(order), alike),
      ];
      // Only near what has changed may something else gain now.
      const near = new Set(touched.flatMap(({ links }) => links.flatMap((link) => link.seats)));
      const again = new Set([...near].flatMap((seat) => alike.get(seat)!));
      order = middles.filter((seat) => again.has(seat));
      if (sweep % 2 === 0) order = [...order].reverse();
    }
  }
  return new Map(
    groups.flatMap((group, i) => {
      const { planned } = middles[i]!;
      if (planned === first.get(middles[i]!)) return [];
      return group.map((choice) => [choice, planned] as const);
    }),
  );
}

function sweepBy(
  improveOne: (seat: Seat) => Trial | undefined,
  places: Places,
  order: readonly Seat[],
  alike: Alike,
): readonly Seat[] {
  return order.flatMap((seat) => {
    const trial = improveOne(seat);
    if (!trial) return [];
    changeAlike(places, trial, alike);
    return [...trial.planned.keys()];
  });
}

/** Changes what is like what a trial has changed, unless that costs more. */
function changeAlike(places: Places, trial: Trial, alike: Alike): void {
  const others = newTrial();
  for (const [seat, before] of trial.planned) {
    for (const other of alike.get(seat)!) {
      // Splits of the same group are the same where they ask and give the same.
      if (other === seat || other.planned.asks.join() !== before.asks.join()) continue;
      if (other.planned.gives.join() !== before.gives.join()) continue;
      change(places, others, other, splitAs(places, other, seat.planned));
    }
  }
  if (!gains(others)) takeBack(others);
}

/** Whether a trial's changes cost less, and have devices repeat no work that was split. */
function gains(trial: Trial): boolean {
  const { cost, work } = difference(trial);
  return cost < -smallest && work < smallest;
}

/** One choice by another split, everything else staying as it is, if it gains. */
function improveAlone(
  places: Places,
  seat: Seat,
  candidates: Candidates,
  budget: Budget,
): Trial | undefined {
  if (budget.answers <= 0) return undefined;
  const trial = newTrial();
  return answer(places, budget, trial, seat, candidates(places, seat), smallest)
    ? trial
    : undefined;
}

/** Takes the best of candidates, if it costs less than what is planned by more than the margin. */
function answer(
  places: Places,
  budget: Budget,
  trial: Trial,
  seat: Seat,
  candidates: readonly Planned[],
  margin: number,
): boolean {
  budget.answers--;
  const before = seat.planned;
  let best = before;
  let least = costAround(seat);
  for (const planned of candidates) {
    if (planned.work > before.work + smallest) continue;
    change(places, trial, seat, planned);
    const cost = costAround(seat);
    if (cost < least - margin) [best, least] = [planned, cost];
  }
  change(places, trial, seat, best);
  return best !== before;
}

/**
 * A choice by another split to which those around it, and those around them, answer with their
 * best, if it gains: what no one alone gains by, several together may.
 */
function improveTogether(
  places: Places,
  seat: Seat,
  candidates: Candidates,
  budget: Budget,
): Trial | undefined {
  for (const planned of candidates(places, seat)) {
    if (budget.answers <= 0) return undefined;
    // Those that neither gain nor lose by following may be what makes others gain: they are tried
    // both ways.
    for (const margin of [-smallest, smallest]) {
      const trial = newTrial();
      change(places, trial, seat, planned);
      if (savesSomething(trial)) {
        letOthersAnswer(places, trial, seat, margin, budget);
        if (gains(trial)) return trial;
      }
      takeBack(trial);
    }
  }
  return undefined;
}

/** Those around which something moves before those around which nothing does. */
function movesFirst(seats: readonly Seat[]): readonly Seat[] {
  const moves = (seat: Seat) => seat.links.some((link) => link.cost > 0);
  return [...seats.filter(moves), ...seats.filter((seat) => !moves(seat))];
}

/** Whether anything at all costs less by a trial: else there is nothing for others to complete. */
function savesSomething(trial: Trial): boolean {
  for (const [link, before] of trial.costs) if (link.cost < before - smallest) return true;
  return difference(trial).work < -smallest;
}

/** Those that read or make what costs more now than before answer, and those around them. */
function letOthersAnswer(
  places: Places,
  trial: Trial,
  first: Seat,
  margin: number,
  budget: Budget,
): void {
  const asked = new Set([first]);
  const changed = [first];
  for (let seat = changed.shift(); seat; seat = changed.shift()) {
    for (const link of seat.links) {
      const before = trial.costs.get(link);
      if (before === undefined || link.cost <= before + smallest) continue;
      for (const other of link.seats) {
        if (asked.has(other)) continue;
        if (asked.size > mostAnswers || budget.answers <= 0) return;
        asked.add(other);
        if (answer(places, budget, trial, other, candidatesBy(places, other, link), margin)) {
          changed.push(other);
        }
      }
    }
  }
}
