import { bodiesOf } from "../../src/program/bodies.ts";
import {
  type Instruction,
  type Program,
  readsOf,
  type Start,
  type Value,
  type Wait,
  writesOf,
} from "../../src/program/program.ts";

/** How a value may lie: the columns of the table. */
export const states = ["replicated", "split", "partial", "uneven", "empty slice"] as const;
export type State = (typeof states)[number];

/** How often each kind of instruction met values in each state. */
export type Coverage = Map<string, Map<State, number>>;

/** Counts a program's instructions. */
export function cover(coverage: Coverage, program: Program): void {
  for (const instruction of program.instructions) coverInstruction(coverage, program, instruction);
}

function coverInstruction(coverage: Coverage, program: Program, instruction: Instruction): void {
  if (instruction.kind === "start") coverInstruction(coverage, program, instruction.collective);
  if (instruction.kind === "start" || instruction.kind === "wait") return;
  if (instruction.kind === "bucket") {
    for (const reduce of instruction.reduces) coverInstruction(coverage, program, reduce);
  }
  const row = rowOf(instruction);
  const counts = coverage.get(row) ?? new Map<State, number>();
  coverage.set(row, counts);
  const met = new Set(touched(instruction).flatMap((v) => statesOf(program.values[v]!, program)));
  for (const state of met) counts.set(state, (counts.get(state) ?? 0) + 1);
  if (instruction.kind !== "region") return;
  for (const { instructions } of bodiesOf(instruction)) {
    for (const inner of instructions) coverInstruction(coverage, program, inner);
  }
}

/** An op's kind, of functions their name; collectives by theirs. */
function rowOf(instruction: Exclude<Instruction, Start | Wait>): string {
  switch (instruction.kind) {
    case "compute": {
      const { op } = instruction;
      if (op.kind === "elementwise") return op.attributes.fn;
      return op.kind === "reduce" ? `reduce ${op.attributes.fn}` : op.kind;
    }
    case "reduce":
      return `${instruction.name} ${instruction.fn}`;
    case "move":
      return `move: ${instruction.name}`;
    case "bucket":
      return "bucket";
    case "region":
      return `region: ${instruction.rounds.kind}`;
  }
}

function touched(instruction: Exclude<Instruction, Start | Wait>): readonly number[] {
  switch (instruction.kind) {
    case "compute":
      return [...instruction.operands, ...instruction.results];
    case "move":
      return [...instruction.operands, instruction.result];
    case "reduce":
      return [instruction.operand, instruction.result];
    case "bucket":
    case "region": {
      return [...readsOf(instruction), ...writesOf(instruction)];
    }
  }
}

function statesOf({ dims, placement }: Value, program: Program): readonly State[] {
  const met: State[] = [];
  if (placement.partial.length > 0) met.push("partial");
  const cut = dims.filter((d) => (placement.split[d.name] ?? []).length > 0);
  if (cut.length > 0) met.push("split");
  if (met.length === 0) met.push("replicated");
  for (const { name, size } of cut) {
    const parts = placement.split[name]!.reduce((n, axis) => n * program.mesh[axis]!, 1);
    if (size % parts !== 0) met.push("uneven");
    // Nested cuts leave nothing to some device exactly where there are more parts than elements.
    if (size < parts) met.push("empty slice");
  }
  return met;
}

/** Ops through which sums that are owed pass, or whose results are owed where a dim is cut. */
const linear = [
  ...["einsum", "reduce sum", "gather", "scatter", "scatterAdd", "scatterOnto", "layerNormGrad"],
  "flashAttentionGrad",
  ...["neg", "add", "sub", "mul", "div", "where", "geluGrad"],
  ...["rename", "broadcast", "reshape", "slice", "pad", "concat", "cumsum"],
  ...["window", "overlapAdd", "convolution"],
  ...["softmaxGrad", "logSoftmaxGrad", "sumExp"],
  ...["all-reduce sum", "reduce-scatter sum", "bucket", "region: each"],
];

/** Ops that use no dim but the key's, which no layout can name. */
const neverSplit = ["fold"];

const alwaysSplit = ["reduce-scatter sum", "move: all-to-all"];

/** The cells of a row that some layout can fill. */
export function legalStates(row: string): readonly State[] {
  if (neverSplit.includes(row)) return ["replicated"];
  return states.filter((state) => {
    if (state === "partial") return linear.includes(row);
    // What is scattered, or changes which dim is split, is split.
    return !(state === "replicated" && alwaysSplit.includes(row));
  });
}

/**
 * Cells that a few programs fill: sums may be owed on what is brought together for another sum, and on
 * what branches give that both owe the same. In rounds of its own each device has terms that no
 * placement tells apart, and that may be scattered in each round.
 */
function rare(row: string, state: State): boolean {
  if (row === "reduce-scatter sum") return state === "replicated";
  return state === "partial" && (row.startsWith("move: ") || row === "region: either");
}

/** Every row that programs of the library's ops can have. */
export const rows: readonly string[] = [
  ...["fill", "literal", "iota", "random", "fold", "einsum"],
  ...["reduce sum", "reduce max", "reduce min", "cumsum", "argmax", "topK", "sort"],
  ...["rename", "broadcast", "reshape", "slice", "pad", "concat", "oneHot"],
  ...["window", "overlapAdd", "convolution"],
  ...["gather", "scatter", "scatterAdd", "scatterOnto"],
  ...["softmax", "softmaxGrad", "logSoftmax", "logSoftmaxGrad", "logsumexp", "sumExp"],
  ...["layerNorm", "layerNormGrad", "crossEntropy", "crossEntropyGrad", "adam"],
  ...["flashAttention", "flashAttentionGrad", "pagedAttention", "maskedAttention"],
  ...["neg", "abs", "sign", "square", "sqrt", "rsqrt", "reciprocal", "exp", "log"],
  ...["tanh", "sigmoid", "relu", "gelu", "geluGrad", "sin", "cos", "not", "isFinite"],
  ...["softplus", "erf", "floor", "ceil", "round"],
  ...["toFloat32", "toInt32", "toBool", "add", "sub", "mul", "div", "mod", "pow"],
  ...["maximum", "minimum", "less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual"],
  ...["and", "or", "where", "clip", "region: each", "region: while", "region: either"],
  ...["all-reduce sum", "all-reduce max", "all-reduce min", "reduce-scatter sum", "bucket"],
  ...["move: all-gather", "move: all-to-all", "move: slice", "move: exchange"],
];

/** Legal cells that nothing filled. */
export function emptyCells(coverage: Coverage): readonly string[] {
  return rows.flatMap((row) =>
    legalStates(row)
      .filter((state) => !coverage.get(row)?.get(state))
      .map((state) => `${row}: ${state}`),
  );
}

/** Filled cells that no layout should fill: the table of legal ones is wrong, or the partition. */
export function illegalCells(coverage: Coverage): readonly string[] {
  return [...coverage].flatMap(([row, counts]) =>
    [...counts.keys()]
      .filter(
        (state) => !rows.includes(row) || !(legalStates(row).includes(state) || rare(row, state)),
      )
      .map((state) => `${row}: ${state}`),
  );
}

/** The table as text: `·` where nothing can be, 0 where something should. */
export function printCoverage(coverage: Coverage): string {
  const width = Math.max(...rows.map((row) => row.length));
  const cell = (row: string, state: State): string => {
    const n = coverage.get(row)?.get(state) ?? 0;
    return n === 0 && !legalStates(row).includes(state) ? "·" : `${n}`;
  };
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(width), ...cells.map((text, i) => text.padStart(states[i]!.length))].join("  ");
  return [
    line("", [...states]),
    ...rows.map((row) =>
      line(
        row,
        states.map((state) => cell(row, state)),
      ),
    ),
  ].join("\n");
}
