import type { MachineModel } from "../cost/machineModel.ts";
import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import type { Op } from "../graph/kinds.ts";
import type { Pass } from "../graph/node.ts";
import type { Rest } from "../rest/rest.ts";
import type { SourceLine } from "../sourceLine.ts";
import type { Placement } from "./placement.ts";

/**
 * What one device executes: plain data, the same for every device of the mesh. Sizes are global;
 * a device's slice sizes, offsets and peers follow from its coordinate when the program is loaded.
 */
export interface Program {
  readonly mesh: { readonly [axis: string]: number };
  /** The machine that it was planned for; absent where there was nothing to choose. */
  readonly machine?: MachineModel;
  /** Every value of the program; instructions refer to them by position. */
  readonly values: readonly Value[];
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly instructions: readonly Instruction[];
  /** Rules that could not all be followed; absent where there are none. */
  readonly conflicts?: readonly Conflict[];
}

/** A dim that is whole in some values because an earlier rule gives its axis to another dim. */
export interface Conflict {
  readonly dim: string;
  readonly axis: string;
  readonly takenBy: string;
  /** How many values it concerns, and the line of the first. */
  readonly values: number;
  readonly line: SourceLine;
}

export interface Value {
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  /** What it rests as, where that is narrower: whoever reads it widens it. */
  readonly rest?: Rest | undefined;
  readonly placement: Placement;
}

export interface Input {
  /** Where it stands among the function's arguments: `0/params/up`. */
  readonly path: string;
  readonly value: number;
  /** The caller gives it up: its memory may be written over. */
  readonly donated: boolean;
}

export interface Output {
  /** Where it stands in the function's result: `0/params/up`. */
  readonly path: string;
  readonly value: number;
}

/** Why an instruction is there. */
export interface Origin {
  readonly line: SourceLine;
  readonly pass: Pass;
  /** The op of the model that needed it: `einsum`, `layerNorm`. */
  readonly cause: string;
}

export type Instruction = Compute | Collective | Start | Wait | Region;

/** What devices do together. */
export type Collective = Reduce | Bucket | Move;

/** One op on the device's own slices. */
export interface Compute {
  readonly kind: "compute";
  readonly op: Op;
  readonly operands: readonly number[];
  readonly results: readonly number[];
  readonly origin: Origin;
}

/**
 * Settles partial values: the devices that differ only along `axes` fold what they hold, in
 * ascending order of device, and each keeps the slice that the result's placement gives it:
 * everything (all-reduce) or a part (reduce-scatter). With `fn` max or min, the operand holds
 * each device's own extreme and counts as replicated.
 */
export interface Reduce {
  readonly kind: "reduce";
  readonly name: "all-reduce" | "reduce-scatter";
  readonly fn: "sum" | "max" | "min";
  readonly axes: readonly string[];
  readonly operand: number;
  readonly result: number;
  readonly origin: Origin;
}

/**
 * Several reductions of one kind along the same axes, done as one: the devices wait for each other
 * once for all of them. Each is of its own value and folded as it would be alone.
 */
export interface Bucket {
  readonly kind: "bucket";
  readonly reduces: readonly Reduce[];
  readonly origin: Origin;
}

/**
 * Moves elements to where the result's placement wants them. Element i of the result is element
 * i + offset of the operand that holds it (offsets are per dim of the result, 0 where absent), and
 * `fill` where no operand does.
 */
export interface Move {
  readonly kind: "move";
  readonly name: "all-gather" | "all-to-all" | "slice" | "exchange";
  /** The axes along which the devices differ that exchange elements; none for a slice. */
  readonly axes: readonly string[];
  readonly operands: readonly number[];
  readonly offsets: readonly Readonly<Record<string, number>>[];
  readonly fill: number;
  readonly result: number;
  readonly origin: Origin;
}

/**
 * Begins a collective that a `Wait` ends: a device computes while it is under way. Until then its
 * operands stay, and its results, which have their memory from here on, are not read. One at a time is
 * under way, and no other is done meanwhile.
 */
export interface Start {
  readonly kind: "start";
  readonly collective: Collective;
  readonly origin: Origin;
}

/** Ends the collective that is under way, which has these operands and results. */
export interface Wait {
  readonly kind: "wait";
  readonly operands: readonly number[];
  readonly results: readonly number[];
  readonly origin: Origin;
}

/**
 * Runs a body as `rounds` says. What is `carried` goes from each round into the next. `sliced` operands
 * are given at the round's index, `constant` ones as they are; `summed` results are added up over the
 * rounds (and may stay partial), `stacked` ones are put one after the other along the rounds' dim,
 * with zeros where there is no round.
 */
export interface Region {
  readonly kind: "region";
  readonly rounds: Rounds;
  readonly carried: readonly Carried[];
  readonly sliced: readonly Binding[];
  readonly constant: readonly Binding[];
  readonly body: readonly Instruction[];
  readonly summed: readonly Binding[];
  readonly stacked: readonly Binding[];
  readonly origin: Origin;
}

/** How often a region runs its body. */
export type Rounds =
  /**
   * Once for every index of a dim that is whole on every device, from the last on in reverse; where
   * there is a `count`, an int32 scalar outside, for as many of the first indices. A dim may be split
   * by axes: then each device has rounds of its `own`, equally many, for the indices of its slice, and
   * what it has in a round is a term of a sum along these axes: added up in each round by a reduction
   * over them, or owed after the last.
   */
  | {
      readonly kind: "each";
      readonly dim: Dimension;
      readonly reverse: boolean;
      readonly count?: number;
      readonly own?: { readonly axes: readonly string[]; readonly rounds: number };
    }
  /**
   * As long as the condition's only result holds, which is computed before each round from what the
   * body is given, and for at most as many rounds as `most` is long.
   */
  | { readonly kind: "while"; readonly condition: Side; readonly most?: Dimension }
  /** Once, or where the predicate outside does not hold, `otherwise`, whose results are the summed. */
  | { readonly kind: "either"; readonly predicate: number; readonly otherwise: Side };

/** Instructions of a region beside its body, which are given what the body is given. */
export interface Side {
  readonly instructions: readonly Instruction[];
  readonly results: readonly number[];
}

/** A value outside a region and what stands for it inside. */
export interface Binding {
  readonly outer: number;
  readonly inner: number;
}

/** What rounds hand on: all four values have one type and lie alike. */
export interface Carried {
  /** Outside, what the first round is given. */
  readonly initial: number;
  /** Inside, what a round is given, and what it gives to the next. */
  readonly inner: number;
  readonly next: number;
  /** Outside, what the last round gave. */
  readonly result: number;
}

/** What a region's body is given in each round, by the values inside. */
export function enteringOf({ carried, sliced, constant }: Region): readonly number[] {
  return [...carried, ...sliced, ...constant].map((b) => b.inner);
}

/** What a region takes out of its body at the end of each round, by the values inside. */
export function leavingOf({ carried, summed, stacked }: Region): readonly number[] {
  return [...carried.map((c) => c.next), ...[...summed, ...stacked].map((b) => b.inner)];
}

/** The values an instruction reads; of a region, those outside its body. */
export function readsOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case "compute":
    case "move":
      return instruction.operands;
    case "reduce":
      return [instruction.operand];
    case "bucket":
      return instruction.reduces.map(({ operand }) => operand);
    case "start":
      return readsOf(instruction.collective);
    case "wait":
      return [...instruction.operands, ...instruction.results];
    case "region":
      return [
        ...instruction.carried.map((c) => c.initial),
        ...[...instruction.sliced, ...instruction.constant].map((b) => b.outer),
        ...steeringOf(instruction.rounds),
      ];
  }
}

/** The values outside that say how often a region runs its body, or whether. */
function steeringOf(rounds: Rounds): readonly number[] {
  switch (rounds.kind) {
    case "each":
      return rounds.count === undefined ? [] : [rounds.count];
    case "while":
      return [];
    case "either":
      return [rounds.predicate];
  }
}

/** The values an instruction makes; of a region, those outside its body. */
export function writesOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case "compute":
      return instruction.results;
    case "reduce":
    case "move":
      return [instruction.result];
    case "bucket":
      return instruction.reduces.map(({ result }) => result);
    case "start":
      return writesOf(instruction.collective);
    case "wait":
      return [];
    case "region":
      return [
        ...instruction.carried.map((c) => c.result),
        ...[...instruction.summed, ...instruction.stacked].map((b) => b.outer),
      ];
  }
}
