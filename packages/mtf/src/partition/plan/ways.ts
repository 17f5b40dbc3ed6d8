import type { Mesh } from "../../mesh.ts";
import type { Placement } from "../../program/placement.ts";
import {
  type Price,
  type Shaped,
  settled,
  transferBytes,
  transferCost,
} from "../../program/transfer.ts";
import { printResting } from "../../rest/print.ts";
import type { Answers } from "../answers.ts";
import { numberOf } from "../placements.ts";
import type { Known } from "./known.ts";
import { remembered } from "./remembered.ts";

/** What moving values costs, worked out once for each shape and pair of placements. */
export interface Places {
  readonly mesh: Mesh;
  readonly price: Price;
  readonly answers: Answers;
  readonly all: readonly Placement[];
  /** By the text of a shape. */
  readonly ways: Map<string, Ways>;
  /** By the text of what matters of an op. */
  readonly known: Map<string, Known>;
}

/** The ways that values of one shape have been moved, by their ends. */
export interface Ways {
  readonly shaped: Shaped;
  readonly moves: Map<number, Way>;
  readonly settlings: Map<number, number>;
}

export interface Way {
  readonly bytes: number;
  readonly cost: number;
}

export function newPlaces(mesh: Mesh, price: Price, answers: Answers): Places {
  return { mesh, price, answers, all: answers.placements.all, ways: new Map(), known: new Map() };
}

export function waysOf(places: Places, shaped: Shaped): Ways {
  const text = printResting(shaped, shaped.dims.map((d) => `${d.name}${d.size}`).join());
  return remembered(places.ways, text, () => {
    return { shaped, moves: new Map(), settlings: new Map() };
  });
}

// More than any program has.
export const mostPlacements: number = 1 << 20;

export function wayBetween(places: Places, ways: Ways, from: number, to: number): Way {
  const key = from * mostPlacements + to;
  let way = ways.moves.get(key);
  if (!way) {
    const [start, end] = [places.all[from]!, places.all[to]!];
    way = {
      bytes: transferBytes(ways.shaped, start, end, places.mesh),
      cost: transferCost(ways.shaped, start, end, places.mesh, places.price),
    };
    ways.moves.set(key, way);
  }
  return way;
}

/** Where a value lies once what it owes is settled, as far as `to` asks. */
export function settledTowards(places: Places, ways: Ways, from: number, to: number): number {
  const key = from * mostPlacements + to;
  let at = ways.settlings.get(key);
  if (at === undefined) {
    const [start, end] = [places.all[from]!, places.all[to]!];
    const owed = start.partial.filter((axis) => !end.partial.includes(axis));
    at = numberOf(places.answers.placements, settled(ways.shaped.dims, start, owed, end));
    ways.settlings.set(key, at);
  }
  return at;
}
