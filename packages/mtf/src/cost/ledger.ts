import { arrayArgument, countArgument, wrongArgument } from "../arguments.ts";
import { inColumns } from "../columns.ts";
import type { Pass } from "../graph/node.ts";
import { defineMesh, type Mesh } from "../mesh.ts";
import { bodiesOf, type Unknown, unknownsIn } from "../program/bodies.ts";
import { bytesOf } from "../program/bytes.ts";
import { programArgument } from "../program/lowered.ts";
import { printBytes } from "../program/print.ts";
import type { Conflict, Instruction, Program } from "../program/program.ts";
import type { SourceLine } from "../sourceLine.ts";

/** A value that a collective settles or moves: how, what that moves in one run, and who asked for it. */
export interface Entry {
  readonly name: "all-reduce" | "reduce-scatter" | "all-gather" | "all-to-all" | "exchange";
  readonly axes: readonly string[];
  /**
   * Bytes that all devices together receive from others, over all runs of enclosing loops; where it
   * stands `within` a `whileLoop` or a branch of `cond`, in one round, or where the branch is taken.
   */
  readonly bytes: number;
  /** Which of the ledger's unknowns says how often: the innermost around it. */
  readonly within?: number;
  readonly pass: Pass;
  readonly cause: string;
  readonly line: SourceLine;
  /** Whether it is done as one with the entry before: devices wait for each other once for both. */
  readonly joined: boolean;
}

/** What a program's collectives move in one run. */
export interface Ledger {
  readonly entries: readonly Entry[];
  /** What is moved in any case: all but what stands in a `whileLoop` or a branch of `cond`. */
  readonly bytes: number;
  /** What only a run can tell: how often a `whileLoop` goes round, which branch of `cond` is taken. */
  readonly unknowns: readonly Unknown[];
  /**
   * What a run has moved, exactly, from what `rounds` of the run gives.
   *
   * @throws MtfError `bad-argument` unless there is a whole number for each of the unknowns
   * @example
   * const moved = ledger(search.program).bytesAfter(await run.rounds());
   */
  bytesAfter(rounds: readonly number[]): number;
  /** Dims that are whole in places because an earlier rule gives their axis to another dim. */
  readonly conflicts: readonly Conflict[];
  toString(): string;
}

/**
 * Every collective of a program with the bytes it moves, exactly.
 *
 * @example
 * console.log(ledger(train.program)); // all-reduce(model)  forward  einsum model.ts:74  8,192 B
 */
export function ledger(program: Program): Ledger {
  programArgument("ledger", "program", program);
  const unknowns = unknownsIn(program.instructions);
  const entries = program.instructions.flatMap(
    entriesIn(program, defineMesh(program.mesh), { runs: 1, numbers: unknowns.keys() }),
  );
  const bytes = sumOf(entries, ({ within }) => (within === undefined ? 1 : 0));
  const conflicts = program.conflicts ?? [];
  const text = () => [table(entries, bytes, unknowns), ...conflicts.map(printConflict)].join("\n");
  return {
    entries,
    bytes,
    unknowns,
    bytesAfter: (rounds) => {
      roundsArgument(rounds, unknowns.length);
      return sumOf(entries, ({ within }) => (within === undefined ? 1 : rounds[within]!));
    },
    conflicts,
    toString: text,
    [Symbol.for("nodejs.util.inspect.custom")]: text,
  } as Ledger;
}

function roundsArgument(rounds: unknown, length: number): void {
  const takes = `what run.rounds() gives, an array of ${length}`;
  const given = arrayArgument("bytesAfter", "rounds", rounds, takes);
  if (given.length !== length) throw wrongArgument("bytesAfter", "rounds", takes, rounds);
  given.forEach((n, i) => void countArgument("bytesAfter", `rounds[${i}]`, n));
}

function sumOf(entries: readonly Entry[], runsOf: (entry: Entry) => number): number {
  return entries.reduce((sum, entry) => sum + runsOf(entry) * entry.bytes, 0);
}

/** Where instructions stand: how often they run for each run of the innermost unknown around them. */
interface Place {
  readonly runs: number;
  readonly within?: number;
  /** The numbers of unknowns, in the order in which they are come to. */
  readonly numbers: Iterator<number>;
}

function entriesIn(
  program: Program,
  mesh: Mesh,
  place: Place,
): (instruction: Instruction) => Entry[] {
  const { runs, within, numbers } = place;
  return (instruction) => {
    switch (instruction.kind) {
      case "compute":
      case "wait":
        return [];
      case "start":
        return entriesIn(program, mesh, place)(instruction.collective);
      case "region":
        return bodiesOf(instruction).flatMap(({ instructions, often }) => {
          const inside =
            typeof often === "number"
              ? { ...place, runs: runs * often }
              : { runs: 1, within: numbers.next().value as number, numbers };
          return instructions.flatMap(entriesIn(program, mesh, inside));
        });
      case "bucket":
        return instruction.reduces
          .flatMap(entriesIn(program, mesh, place))
          .map((entry, i) => ({ ...entry, joined: i > 0 }));
      case "reduce":
      case "move": {
        const { name, axes, origin } = instruction;
        if (name === "slice") return [];
        const bytes = runs * bytesOf(program, instruction, mesh);
        const inside = within !== undefined && { within };
        return [{ name, axes, bytes, ...inside, ...origin, joined: false }];
      }
    }
  };
}

function table(entries: readonly Entry[], bytes: number, unknowns: readonly Unknown[]): string {
  const rows = entries.map((e) => [
    `${e.joined ? "and " : ""}${e.name}(${e.axes.join("+")})`,
    e.pass,
    `${e.cause} ${e.line}`,
    printBytes(e.bytes),
    e.within === undefined ? "" : `per ${printUnknown(unknowns[e.within]!)}`,
  ]);
  const inAnyCase = rows.some((row) => row[4] !== "") ? "in any case" : "";
  const total = ["total", "", "", printBytes(bytes), inAnyCase];
  return inColumns([...rows, total], (column) => column === 3).join("\n");
}

/** `round of model.ts:12, 20 at most` */
function printUnknown({ what, line, atMost }: Unknown): string {
  return `${what} of ${line}${atMost === undefined ? "" : `, ${atMost} at most`}`;
}

function printConflict({ dim, axis, takenBy, values, line }: Conflict): string {
  const where = values === 1 ? `in a value of ${line}` : `in ${values} values, first of ${line}`;
  return `'${dim}' is whole along ${axis} ${where}: '${takenBy}' has the axis`;
}
