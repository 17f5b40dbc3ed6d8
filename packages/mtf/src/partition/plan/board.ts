import { numberOf } from "../placements.ts";
import { type Choice, tracksOf } from "./choice.ts";
import { type Known, knownOf, type Planned } from "./known.ts";
import { splitAs } from "./planned.ts";
import type { Demand, Track } from "./track.ts";
import { type Places, settledTowards, type Way, type Ways, wayBetween, waysOf } from "./ways.ts";

/** A choice among others, with what is planned for it. */
export interface Seat {
  readonly choice: Choice;
  /** The values that it reads and makes, each once. */
  readonly links: readonly Link[];
  /** What each of these is to it: by the places of operands, and the one behind them for what it makes. */
  readonly roles: readonly (readonly number[])[];
  readonly asks: readonly LinkDemand[];
  readonly makes: readonly Link[];
  readonly known: Known;
  /** Ways to split it, by what is planned and where all that it reads and makes lies. */
  readonly nearby: Map<string, readonly Planned[]>;
  planned: Planned;
  /** The last trial that has changed it. */
  trial: Trial | undefined;
}

/** A value as far as these choices make it or ask for it, and what bringing it there costs. */
export interface Link {
  readonly track: Track;
  readonly seats: Seat[];
  readonly start: number[];
  readonly demands: readonly LinkDemand[];
  readonly ways: Ways;
  cost: number;
  /** The last trial that has changed it, and what it cost before. */
  trial: Trial | undefined;
  before: number;
}

export interface LinkDemand {
  to: number;
  readonly settles: boolean;
}

/** Seats for a sample of choices: what the others ask for is left out. */
export function seated(
  all: readonly Choice[],
  sample: readonly Choice[],
  places: Places,
): ReadonlyMap<Choice, Seat> {
  const inSample = new Set(sample);
  const linked = new Set(sample.flatMap(tracksOf));
  const others = new Set<Demand>();
  for (const choice of all) {
    if (inSample.has(choice)) continue;
    for (const demand of choice.operands) if (linked.has(demand.track)) others.add(demand);
  }
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
        trial: undefined,
        before: 0,
      };
      link.cost = costOf(places, link);
      links.set(track, link);
    }
    return link;
  };
  return new Map(
    sample.map((choice) => {
      const own = tracksOf(choice).map(linkOf);
      const known = knownOf(places.known, choice);
      const seat: Seat = {
        choice,
        links: own,
        roles: own.map(({ track }) => rolesOf(choice, track)),
        asks: choice.operands.map((demand) => demands.get(demand)!),
        makes: choice.results.map(linkOf),
        known,
        nearby: new Map(),
        planned: splitAs(places, { choice, known }, choice.split),
        trial: undefined,
      };
      for (const link of own) link.seats.push(seat);
      return [choice, seat];
    }),
  );
}

function rolesOf({ operands, results }: Choice, track: Track): readonly number[] {
  const roles = operands.flatMap((operand, i) => (operand.track === track ? [i] : []));
  return results.includes(track) ? [...roles, operands.length] : roles;
}

/** What a choice and what it reads and makes cost now. */
export function costAround({ planned, links }: Seat): number {
  let cost = planned.work + planned.moves;
  for (const link of links) cost += link.cost;
  return cost;
}

/** Whether nothing moves around a choice, and no other split has less work: then none can gain. */
export function isAtBest({ planned, links, known }: Seat): boolean {
  if (planned.moves > 0 || planned.work > known.leastWork) return false;
  for (const link of links) if (link.cost > 0) return false;
  return true;
}

/** What choices cost now: as work, and as moves of all that they read and make. */
export function costOfAll(seats: Iterable<Seat>): { work: number; moves: number } {
  let work = 0;
  let moves = 0;
  const links = new Set<Link>();
  for (const { planned, links: own } of seats) {
    work += planned.work;
    moves += planned.moves;
    for (const link of own) links.add(link);
  }
  for (const link of links) moves += link.cost;
  return { work, moves };
}

/**
 * Changes that can be taken back together, in order, and the values that cost otherwise since. There is one at a
 * time: what another has changed is marked as that one's, and what there was before is forgotten.
 */
export interface Trial {
  readonly changes: Change[];
  readonly links: Link[];
}

/** A choice that is planned otherwise now, and what there was before. */
export interface Change {
  readonly seat: Seat;
  readonly before: Planned;
}

export function newTrial(): Trial {
  return { changes: [], links: [] };
}

/** Plans a choice otherwise. */
export function change(places: Places, trial: Trial, seat: Seat, planned: Planned): void {
  if (seat.planned === planned) return;
  if (seat.trial !== trial) {
    seat.trial = trial;
    trial.changes.push({ seat, before: seat.planned });
  }
  sit(seat, planned);
  for (const link of seat.links) {
    if (link.trial !== trial) {
      link.trial = trial;
      link.before = link.cost;
      trial.links.push(link);
    }
    link.cost = costOf(places, link);
  }
}

/** What a trial's changes cost more than before, and what work they add; negative where less. */
export function difference({ changes, links }: Trial): { cost: number; work: number } {
  let cost = 0;
  let work = 0;
  for (const link of links) cost += link.cost - link.before;
  for (const { seat, before } of changes) {
    work += seat.planned.work - before.work;
    cost += seat.planned.moves - before.moves;
  }
  return { cost: cost + work, work };
}

export function takeBack({ changes, links }: Trial): void {
  for (const { seat, before } of changes) sit(seat, before);
  for (const link of links) link.cost = link.before;
}

/** Writes what a choice asks for and makes where others see it. */
function sit(seat: Seat, planned: Planned): void {
  seat.planned = planned;
  const { asks, makes } = seat;
  for (let i = 0; i < asks.length; i++) asks[i]!.to = planned.asks[i]!;
  for (let i = 0; i < makes.length; i++) makes[i]!.start[0] = planned.gives[i]!;
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
    const owes = lacks(asked, partial);
    if (settles && !owes) continue;
    if (lacks(partial, asked)) return Number.POSITIVE_INFINITY;
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

/** Whether some axes are not all among others. */
function lacks(axes: readonly string[], some: readonly string[]): boolean {
  for (const axis of some) if (!axes.includes(axis)) return true;
  return false;
}
