import type { Mesh } from "../../mesh.ts";
import type { Price } from "../../program/transfer.ts";
import type { Answers } from "../answers.ts";
import { groupsOf } from "./alike.ts";
import { answer, type Budget, gains, newBudget, smallest } from "./answer.ts";
import {
  change,
  costOfAll,
  isAtBest,
  newTrial,
  type Seat,
  seated,
  type Trial,
  takeBack,
} from "./board.ts";
import { allSplitsOf, candidatesOf } from "./candidates.ts";
import type { Choice, Split } from "./choice.ts";
import { improveFollowed } from "./follow.ts";
import type { Planned } from "./known.ts";
import { splitAs } from "./planned.ts";
import { middleOf, plannable, sampleOf } from "./sample.ts";
import { improveTogether } from "./together.ts";
import { newPlaces, type Places } from "./ways.ts";

/** Sweeps over all choices until none gains by another, or this often. */
const mostSweeps = 8;

/** The share of the cost that has to be gained by following for another program to be written. */
const leastGain = 1 / 200;

/** How many answers all changes may be given. */
const mostAnswersInAll = 6_000;

type Candidates = (places: Places, seat: Seat) => readonly Planned[];

/** What may change a choice, and others with it, to something that costs less. */
type Step = (seat: Seat) => Trial | undefined;

/** The seats of choices that are alike, for each of them. */
type Alike = ReadonlyMap<Seat, readonly Seat[]>;

/** A split for each choice that is planned otherwise than it was. */
export type Changed = ReadonlyMap<Choice, Split>;

/**
 * Lets each op take the split that costs least given what is around it, those that read it
 * included, until nothing changes. What is alike is changed alike. Costs are seconds. Where more
 * changes once all around an op follow it, that is another plan: as so much changes at once, only
 * the written programs tell which of the two costs less.
 */
export function improve(
  choices: readonly Choice[],
  mesh: Mesh,
  price: Price,
  answers: Answers,
): readonly Changed[] {
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
  const budget = newBudget(mostAnswersInAll);
  const following = newBudget(mostAnswersInAll);
  const sweep = (steps: readonly Step[]) => {
    let order: readonly Seat[] = middles;
    for (let round = 0; round < mostSweeps && order.length > 0; round++) {
      const touched = steps.flatMap((step, i) => {
        return sweepBy(step, places, i === 0 ? order : movesFirst(order), alike);
      });
      // Only near what has changed may something else gain now.
      const near = new Set(touched.flatMap(({ links }) => links.flatMap((link) => link.seats)));
      const again = new Set([...near].flatMap((seat) => alike.get(seat)!));
      order = middles.filter((seat) => again.has(seat));
      if (round % 2 === 0) order = [...order].reverse();
    }
  };
  const alone = (candidates: Candidates) => (seat: Seat) =>
    improveAlone(places, seat, candidates, budget);
  const together = (candidates: Candidates) =>
    unlessAtBest((seat) => improveTogether(places, seat, candidates(places, seat), budget));
  const followed = unlessAtBest((seat) =>
    improveFollowed(places, seat, candidatesOf(places, seat), following),
  );
  const changed = (): Changed =>
    new Map(
      groups.flatMap((group, i) => {
        const { planned } = middles[i]!;
        if (planned === first.get(middles[i]!)) return [];
        return group.map((choice) => [choice, planned] as const);
      }),
    );
  // What is near is tried everywhere before what is far.
  sweep([alone(candidatesOf), together(candidatesOf)]);
  sweep([alone(allSplitsOf), together(allSplitsOf)]);
  const each = changed();
  const { work, moves } = costOfAll(seats.values());
  const most = (work + moves) * (1 - leastGain);
  // Where devices hardly wait for others there is little to gain.
  if (work > most) return each.size > 0 ? [each] : [];
  sweep([alone(candidatesOf), followed]);
  const now = costOfAll(seats.values());
  const followers = now.work + now.moves < most ? [changed()] : [];
  return [each, ...followers].filter(({ size }) => size > 0);
}

function unlessAtBest(step: Step): Step {
  return (seat) => (isAtBest(seat) ? undefined : step(seat));
}

function sweepBy(
  improveOne: Step,
  places: Places,
  order: readonly Seat[],
  alike: Alike,
): readonly Seat[] {
  return order.flatMap((seat) => {
    const trial = improveOne(seat);
    if (!trial) return [];
    changeAlike(places, trial, alike);
    return trial.changes.map((changed) => changed.seat);
  });
}

/** Changes what is like what a trial has changed, unless that costs more. */
function changeAlike(places: Places, trial: Trial, alike: Alike): void {
  const others = newTrial();
  for (const { seat, before } of trial.changes) {
    for (const other of alike.get(seat)!) {
      // Splits of the same group are the same where they ask and give the same.
      if (other === seat || other.planned.asks.join() !== before.asks.join()) continue;
      if (other.planned.gives.join() !== before.gives.join()) continue;
      change(places, others, other, splitAs(places, other, seat.planned));
    }
  }
  if (!gains(others)) takeBack(others);
}

/** One choice by another split, everything else staying as it is, if it gains. */
function improveAlone(
  places: Places,
  seat: Seat,
  candidates: Candidates,
  budget: Budget,
): Trial | undefined {
  if (budget.answers <= 0) return undefined;
  if (isAtBest(seat)) {
    budget.answers--;
    return undefined;
  }
  const trial = newTrial();
  return answer(places, budget, trial, seat, candidates(places, seat), smallest)
    ? trial
    : undefined;
}

/** Those around which something moves before those around which nothing does. */
function movesFirst(seats: readonly Seat[]): readonly Seat[] {
  const moves = (seat: Seat) => seat.links.some((link) => link.cost > 0);
  return [...seats.filter(moves), ...seats.filter((seat) => !moves(seat))];
}
