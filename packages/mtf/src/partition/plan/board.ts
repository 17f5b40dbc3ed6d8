import { transferCost } from "../../program/transfer.ts";
import { iterationNames } from "../choose.ts";
import { outcomeOf } from "../outcome.ts";
import { numberOf } from "../placements.ts";
import { type Choice, printSplit, type Split } from "./choice.ts";
import { remembered } from "./remembered.ts";
import type { Demand, Track } from "./track.ts";
import { type Places, settledTowards, type Way, type Ways, wayBetween, waysOf } from "./ways.ts";

/** A choice among others, with what is planned for it. */
export interface Seat {
  readonly choice: Choice;
  /** The dims that its work may be split along. */
  readonly dims: ReadonlySet<string>;
  /** The values that it reads and makes, each once. */
  readonly links: readonly Link[];
  readonly asks: readonly LinkDemand[];
  readonly makes: readonly Link[];
  /** The splits that have been thought of, by their texts. */
  readonly known: Map<string, Planned>;
  planned: Planned;
}

/** A value as far as these choices make it or ask for it, and what bringing it there costs. */
export interface Link {
  readonly track: Track;
  readonly seats: Seat[];
  readonly start: number[];
  readonly demands: readonly LinkDemand[];
  readonly ways: Ways;
  cost: number;
}

export interface LinkDemand {
  to: number;
  readonly settles: boolean;
}

/** A split with what it comes to. */
export interface Planned extends Split {
  /** Where it asks operands to lie, and where it leaves results. */
  readonly asks: readonly number[];
  readonly gives: readonly number[];
  /** Seconds that each device computes, and that reductions take which are part of the op. */
  readonly work: number;
  readonly moves: number;
}

/** Seats for a sample of choices: what the others ask for is left out. */
export function seated(
  all: readonly Choice[],
  sample: readonly Choice[],
  places: Places,
): ReadonlyMap<Choice, Seat> {
  const inSample = new Set(sample);
  const left = all.filter((choice) => !inSample.has(choice));
  const others = new Set(left.flatMap(({ operands }) => operands.map(({ demand }) => demand)));
  const links = new Map<Track, Link>();
  const demands = new Map<Demand, LinkDemand>();
  const linkOf = (track: Track): Link => {
    let link = links.get(track);
    if (!link) {
      const own = track.demands.filter((demand) => !others.has(demand));
      link = {
        track,
        seats: [],
        start: track.start.map((placement) => numberOf(places.answers.placements, placement)),
        demands: own.map((demand) => {
          const { to, settles } = demand;
          const known = { to: numberOf(places.answers.placements, to), settles };
          demands.set(demand, known);
          return known;
        }),
        ways: waysOf(places, track.shaped),
        cost: 0,
      };
      link.cost = costOf(places, link);
      links.set(track, link);
    }
    return link;
  };
  return new Map(
    sample.map((choice) => {
      const names = iterationNames(choice.task);
      const own = choice.tracks.map(linkOf);
      const seat: Seat = {
        choice,
        dims: new Set(names.filter((name) => !choice.task.facts.whole.has(name))),
        links: own,
        asks: choice.operands.map(({ demand }) => demands.get(demand)!),
        makes: choice.results.map(linkOf),
        known: new Map(),
        planned: plannedBy(choice, choice.split, places),
      };
      seat.known.set(printSplit(choice.split), seat.planned);
      for (const link of own) link.seats.push(seat);
      return [choice, seat];
    }),
  );
}

/** What a split of a choice comes to, computed once. */
export function splitAs(places: Places, { choice, known }: Seat, split: Split): Planned {
  return remembered(known, printSplit(split), () => plannedBy(choice, split, places));
}

function plannedBy(choice: Choice, { assignment, passes }: Split, places: Places): Planned {
  const { task, runs } = choice;
  const s = passes ? task : { ...task, passing: [], owed: [] };
  const { asks, shares, gives, work } = outcomeOf(places.answers, s, assignment);
  let moves = 0;
  shares.forEach((share, i) => {
    if (share === gives[i]) return;
    moves += transferCost(s.node.results[i]!, share, gives[i]!, s.mesh, places.price);
  });
  return {
    assignment,
    passes,
    asks: asks.map((placement) => numberOf(places.answers.placements, placement)),
    gives: gives.map((placement) => numberOf(places.answers.placements, placement)),
    work: runs * work,
    moves: runs * moves,
  };
}

/** What a choice and what it reads and makes cost now. */
export function costAround({ planned, links }: Seat): number {
  let cost = planned.work + planned.moves;
  for (const link of links) cost += link.cost;
  return cost;
}

/** What choices, and all that they read and make, cost now. */
export function costOfAll(seats: Iterable<Seat>): number {
  let cost = 0;
  const links = new Set<Link>();
  for (const seat of seats) {
    cost += seat.planned.work + seat.planned.moves;
    for (const link of seat.links) links.add(link);
  }
  for (const link of links) cost += link.cost;
  return cost;
}

/** Changes that can be taken back together: what there was before. */
export interface Trial {
  readonly planned: Map<Seat, Planned>;
  readonly costs: Map<Link, number>;
}

export function newTrial(): Trial {
  return { planned: new Map(), costs: new Map() };
}

/** Plans a choice otherwise. */
export function change(places: Places, trial: Trial, seat: Seat, planned: Planned): void {
  if (seat.planned === planned) return;
  if (!trial.planned.has(seat)) trial.planned.set(seat, seat.planned);
  sit(seat, planned);
  for (const link of seat.links) {
    if (!trial.costs.has(link)) trial.costs.set(link, link.cost);
    link.cost = costOf(places, link);
  }
}

/** What a trial's changes cost more than before, and what work they add; negative where less. */
export function difference({ planned, costs }: Trial): { cost: number; work: number } {
  let cost = 0;
  let work = 0;
  for (const [link, before] of costs) cost += link.cost - before;
  for (const [seat, before] of planned) {
    work += seat.planned.work - before.work;
    cost += seat.planned.moves - before.moves;
  }
  return { cost: cost + work, work };
}

export function takeBack({ planned, costs }: Trial): void {
  for (const [seat, before] of planned) sit(seat, before);
  for (const [link, before] of costs) link.cost = before;
}

/** Writes what a choice asks for and makes where others see it. */
function sit(seat: Seat, planned: Planned): void {
  seat.planned = planned;
  seat.asks.forEach((demand, i) => {
    demand.to = planned.asks[i]!;
  });
  seat.makes.forEach((link, i) => {
    link.start[0] = planned.gives[i]!;
  });
}

/**
 * What it costs to bring a value to wherever it is asked for, as `bring` does; infinite where a
 * demand cannot be met, because it is for a sum that is not owed.
 */
function costOf(places: Places, { track, start, demands, ways }: Link): number {
  let home = start[0]!;
  let known = start;
  let cost = 0;
  for (const { to, settles } of demands) {
    if (known.includes(to)) continue;
    const { partial } = places.all[home]!;
    const asked = places.all[to]!.partial;
    const owes = partial.some((axis) => !asked.includes(axis));
    if (settles && !owes) continue;
    if (asked.some((axis) => !partial.includes(axis))) return Number.POSITIVE_INFINITY;
    if (owes) {
      const next = settledTowards(places, ways, home, to);
      cost += wayBetween(places, ways, home, next).cost;
      home = next;
      known = [home];
      if (settles || home === to) continue;
    }
    let best: Way | undefined;
    for (const version of known) {
      const way = wayBetween(places, ways, version, to);
      if (!best || way.bytes < best.bytes) best = way;
    }
    cost += best!.cost;
    known = [...known, to];
  }
  return cost * track.runs;
}
