import type { Dimension } from "../dimension.ts";
import type { SourceLine } from "../sourceLine.ts";
import { type Instruction, leavingOf, type Region, type Rounds, type Side } from "./program.ts";

/** Instructions that a region runs, what is taken out of them, and how often. */
export interface Body {
  readonly instructions: readonly Instruction[];
  readonly results: readonly number[];
  readonly often: number | Unknown;
}

/** How often a body runs is known once it has: one of these for each such body of a program. */
export interface Unknown {
  /** What a run of the body is: a round of a loop, a test of its condition, a branch taken. */
  readonly what: "round" | "test" | "first branch" | "second branch";
  /** The most rounds there can be each time that the loop is come to, where that is known. */
  readonly atMost?: number;
  readonly line: SourceLine;
}

/** The dim of a region's rounds, if it can have stacked results. */
export function dimOf(rounds: Rounds): Dimension | undefined {
  switch (rounds.kind) {
    case "each":
      return rounds.dim;
    case "while":
      return rounds.most;
    case "either":
      return undefined;
  }
}

/** The axes along which each device has rounds of its own. */
export function ownAxes(rounds: Rounds): readonly string[] {
  return rounds.kind === "each" && rounds.own ? rounds.own.axes : [];
}

/** All bodies of a region: a loop's condition before what it guards. */
export function bodiesOf(region: Region): readonly Body[] {
  const { rounds, body } = region;
  const { line } = region.origin;
  const own = { instructions: body, results: leavingOf(region) };
  switch (rounds.kind) {
    case "each": {
      const size = rounds.own?.rounds ?? rounds.dim.size;
      const known = rounds.count === undefined;
      return [{ ...own, often: known ? size : { what: "round", atMost: size, line } }];
    }
    case "while": {
      const most = rounds.most && { atMost: rounds.most.size };
      return [
        { ...rounds.condition, often: { what: "test", ...most, line } },
        { ...own, often: { what: "round", ...most, line } },
      ];
    }
    case "either":
      return [
        { ...own, often: { what: "first branch", line } },
        { ...rounds.otherwise, often: { what: "second branch", line } },
      ];
  }
}

/** Bodies whose number of runs is not known before, each before those within it. */
export function unknownsIn(instructions: readonly Instruction[]): readonly Unknown[] {
  return instructions.flatMap((instruction) => {
    if (instruction.kind !== "region") return [];
    return bodiesOf(instruction).flatMap(({ often, instructions: inner }) => {
      return [...(typeof often === "number" ? [] : [often]), ...unknownsIn(inner)];
    });
  });
}

/** A region with other instructions in place of those of each of its bodies. */
export function withBodies(
  region: Region,
  change: (
    instructions: readonly Instruction[],
    results: readonly number[],
  ) => readonly Instruction[],
): Region {
  const { rounds } = region;
  const inside = (side: Side): Side => ({
    ...side,
    instructions: change(side.instructions, side.results),
  });
  const body = change(region.body, leavingOf(region));
  switch (rounds.kind) {
    case "each":
      return { ...region, body };
    case "while":
      return { ...region, body, rounds: { ...rounds, condition: inside(rounds.condition) } };
    case "either":
      return { ...region, body, rounds: { ...rounds, otherwise: inside(rounds.otherwise) } };
  }
}
