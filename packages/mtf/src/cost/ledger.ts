import type { Pass } from "../graph/node.ts";
import { bytesOf } from "../program/bytes.ts";
import { programArgument } from "../program/lowered.ts";
import { printBytes } from "../program/print.ts";
import type { Conflict, Instruction, Program } from "../program/program.ts";
import type { SourceLine } from "../sourceLine.ts";

/** A value that a collective settles or moves: how, what that moves in one run, and who asked for it. */
export interface Entry {
  readonly name: "all-reduce" | "reduce-scatter" | "all-gather" | "all-to-all" | "exchange";
  readonly axes: readonly string[];
  /** Bytes that all devices together receive from others, over all runs of enclosing loops. */
  readonly bytes: number;
  readonly pass: Pass;
  readonly cause: string;
  readonly line: SourceLine;
  /** Whether it is done as one with the entry before: devices wait for each other once for both. */
  readonly joined: boolean;
}

/** What a program's collectives move in one run. */
export interface Ledger {
  readonly entries: readonly Entry[];
  readonly bytes: number;
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
  const entries = program.instructions.flatMap((i) => entriesOf(program, i, 1));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const conflicts = program.conflicts ?? [];
  const text = () => [table(entries, bytes), ...conflicts.map(printConflict)].join("\n");
  return {
    entries,
    bytes,
    conflicts,
    toString: text,
    [Symbol.for("nodejs.util.inspect.custom")]: text,
  } as Ledger;
}

function entriesOf(program: Program, instruction: Instruction, runs: number): Entry[] {
  switch (instruction.kind) {
    case "compute":
      return [];
    case "region":
      return instruction.body.flatMap((i) => entriesOf(program, i, runs * instruction.dim.size));
    case "bucket":
      return instruction.reduces.flatMap((reduce, i) => {
        return entriesOf(program, reduce, runs).map((entry) => ({ ...entry, joined: i > 0 }));
      });
    case "reduce":
    case "move": {
      const { name, axes, origin } = instruction;
      if (name === "slice") return [];
      return [
        { name, axes, bytes: runs * bytesOf(program, instruction), ...origin, joined: false },
      ];
    }
  }
}

function table(entries: readonly Entry[], bytes: number): string {
  const rows = entries.map((e) => [
    `${e.joined ? "and " : ""}${e.name}(${e.axes.join("+")})`,
    e.pass,
    `${e.cause} ${e.line}`,
    printBytes(e.bytes),
  ]);
  const total = ["total", "", "", printBytes(bytes)];
  const widths = total.map((_, i) => Math.max(...[...rows, total].map((row) => row[i]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i === 3 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ");
  return [...rows, total].map(line).join("\n");
}

function printConflict({ dim, axis, takenBy, values, line }: Conflict): string {
  const where = values === 1 ? `in a value of ${line}` : `in ${values} values, first of ${line}`;
  return `'${dim}' is whole along ${axis} ${where}: '${takenBy}' has the axis`;
}
