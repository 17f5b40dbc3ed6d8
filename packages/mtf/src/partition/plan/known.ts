import { devices } from "../../program/transfer.ts";
import { iterationNames, iterationSize } from "../choose.ts";
import type { Claims } from "../place.ts";
import type { Choice, Split } from "./choice.ts";
import { remembered } from "./remembered.ts";

/** A split with what it comes to. */
export interface Planned extends Split {
  /** Of those that are known of one op: the number is no other's. */
  readonly number: number;
  /** Where it asks operands to lie, and where it leaves results. */
  readonly asks: readonly number[];
  readonly gives: readonly number[];
  /**
   * Seconds that each device computes, infinite where a split cannot be; and those that reductions take
   * which are part of the op.
   */
  readonly work: number;
  readonly moves: number;
}

/** Claims on the dims that an op runs over, by a number that is no other's of the same op. */
export interface Numbered {
  readonly number: number;
  readonly claims: Claims;
}

/**
 * What has been thought of for an op, for all choices that run over the same: the blocks of a model
 * come to the same splits again and again, and every sweep asks for the same.
 */
export interface Known {
  /** The dims that its work may be split along. */
  readonly dims: ReadonlySet<string>;
  /** No split has each device compute for fewer seconds. */
  readonly leastWork: number;
  /** By the text of a split. */
  readonly byText: Map<string, Planned>;
  /** What placements of operands and results claim, and what splits do. */
  readonly placed: Map<number, Numbered>;
  readonly split: Map<number, Numbered>;
  /** What claims come to that are made one after the other. */
  readonly joined: Map<number, Planned>;
  /** The splits by one axis elsewhere, and all that there are. */
  readonly near: Map<number, readonly Planned[]>;
  readonly all: Map<boolean, readonly Planned[]>;
}

export function knownOf(known: Map<string, Known>, choice: Choice): Known {
  const { task, runs } = choice;
  const { facts, passing, owed, axes } = task;
  // In rounds of each device's own an op may be split along fewer axes than the same op elsewhere.
  const text = `${facts.shape} ${[...facts.whole]} ${runs} ${passing} ${owed} ${axes}`;
  return remembered(known, text, () => knownNow(choice));
}

function knownNow({ task, runs }: Choice): Known {
  const { facts, axes, mesh } = task;
  const dims = new Set(iterationNames(task).filter((name) => !facts.whole.has(name)));
  const rows = [...dims].reduce((product, name) => product * iterationSize(task, name), 1);
  return {
    dims,
    leastWork: runs * (facts.seconds / Math.min(devices(axes, mesh), rows)),
    byText: new Map(),
    placed: new Map(),
    split: new Map(),
    joined: new Map(),
    near: new Map(),
    all: new Map(),
  };
}
