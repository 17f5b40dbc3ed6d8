import type { Pass } from "../../src/graph/node.ts";
import {
  defineLayout,
  type LayoutRules,
  ledger,
  lower,
  memoryPlan,
  type Program,
  printProgram,
} from "../../src/index.ts";
import type { Mesh } from "../../src/mesh.ts";
import { bytesOf } from "../../src/program/bytes.ts";
import { printBytes } from "../../src/program/print.ts";
import { type Separate, separate } from "../support/separate.ts";
import { dims } from "./transformer.ts";

/**
 * The collectives of a program: pass, kind and axes, what moves, bytes and why, those that are alike
 * in one line with their number, and the most that a device holds.
 */
export function summary(program: Program): string {
  const lines = separate(program.instructions).flatMap((i) => linesOf(program, i));
  const bytes = program.instructions.reduce((n, i) => n + bytesOf(program, i), 0);
  if (ledger(program).bytes !== bytes) throw new Error("the ledger and the program differ");
  const counted = [...new Set(lines)].map(
    (line) => `${lines.filter((other) => other === line).length} x ${line}`,
  );
  const peak = printBytes(memoryPlan(program).peakBytes);
  return [...counted, `moved ${printBytes(bytes)}, held ${peak}`].join("\n");
}

/** How many collectives of a pass move a value with these dims, and the bytes of each. */
export function moved(program: Program, pass: Pass, names: string): readonly number[] {
  return separate(program.instructions).flatMap((i) => {
    if (i.kind === "compute" || i.kind === "region" || i.name === "slice") return [];
    const own = program.values[i.result]!.dims.map((d) => d.name).sort();
    const same = i.origin.pass === pass && own.join() === names.split(" ").sort().join();
    return same ? [bytesOf(program, i)] : [];
  });
}

/** A program as it prints, without the lines of source. */
export function printed(program: Program): string {
  return printProgram(program)
    .split("\n")
    .map((line) => line.replace(/ *[\w.-]+\.ts:\d+/, "").trimEnd())
    .join("\n");
}

function linesOf(program: Program, instruction: Separate): string[] {
  if (instruction.kind === "region") {
    return separate(instruction.body)
      .flatMap((i) => linesOf(program, i))
      .map((line) => `  ${line}`);
  }
  if (instruction.kind === "compute" || instruction.name === "slice") return [];
  const { name, axes, origin } = instruction;
  const fn = instruction.kind === "reduce" && instruction.fn !== "sum" ? ` ${instruction.fn}` : "";
  const { dims: own } = program.values[instruction.result]!;
  const shape = own.map((d) => `${d.name}=${d.size}`).join(", ");
  const bytes = printBytes(bytesOf(program, instruction));
  return [`${origin.pass} ${name}(${axes.join("+")})${fn} [${shape}] ${bytes} ${origin.cause}`];
}

type Names = keyof typeof dims;

export interface Rules {
  readonly rules: LayoutRules<Names>;
  readonly storage?: { readonly [path: string]: LayoutRules<Names> };
  readonly stored?: "regather" | "keep";
  readonly sums?: "whole" | "split";
}

/** A function's program under rules. */
export function programFor<Arguments extends readonly unknown[]>(
  fn: (...args: Arguments) => unknown,
  inputs: Readonly<Arguments>,
  mesh: Mesh,
  rules: Rules,
  donate: readonly number[] = [],
): Program {
  const layout = defineLayout<Names, string>({ dims, mesh, ...rules });
  return lower(fn, { layout, inputs, donate }).program;
}
