import type { Kind } from "../../src/graph/kinds.ts";
import type { Node } from "../../src/graph/node.ts";
import type { Partition, Rules } from "../../src/ops/rule.ts";
import { withBodies } from "../../src/program/bodies.ts";
import type { Program } from "../../src/program/index.ts";
import type { Instruction } from "../../src/program/program.ts";

type PartitionOf = (node: Node) => Partition;

/** A changed rule: what it makes of the partition that the real rule gives. */
export type RuleMutant = readonly [Kind, (partition: Partition, node: Node) => Partition];

/** Defects in rules: what an op claims to be that it is not. */
export const ruleMutants: Readonly<Record<string, RuleMutant>> = {
  "functions of an element are linear": [
    "elementwise",
    (partition, node) => (node.operands.length === 1 ? { ...partition, linear: [[0]] } : partition),
  ],
  "a quotient of integers is linear": [
    "elementwise",
    (partition, { kind, attributes, operands }) =>
      kind === "elementwise" && attributes.fn === "div" && operands[0]?.dtype === "int32"
        ? { ...partition, linear: [[0]] }
        : partition,
  ],
  "a cast is linear": [
    "elementwise",
    (partition, { kind, attributes }) =>
      kind === "elementwise" && attributes.fn.startsWith("to")
        ? { ...partition, linear: [[0]] }
        : partition,
  ],
  "a remainder is linear": [
    "elementwise",
    (partition, { kind, attributes }) =>
      kind === "elementwise" && attributes.fn === "mod"
        ? { ...partition, linear: [[0]] }
        : partition,
  ],
  "a product is linear in both factors at once": [
    "einsum",
    (partition) => ({ ...partition, linear: [[0], [1], [0, 1]] }),
  ],
  "shares of a maximum are added": ["reduce", (partition) => ({ ...partition, combine: "sum" })],
  "a slice starts at 0 where it is cut": [
    "slice",
    (p) => ({ ...p, move: { ...p.move!, offsets: [0] } }),
  ],
  "operands of a concat all start at 0 where it is cut": [
    "concat",
    (p) => ({ ...p, move: { ...p.move!, offsets: p.move!.offsets.map(() => 0) } }),
  ],
  "padding is 0 where it is cut": ["pad", (p) => ({ ...p, move: { ...p.move!, fill: 0 } })],
  "padding of a sum's terms is added up": ["pad", (p) => ({ ...p, linear: [[0]] })],
  "beyond the ends of windows there is added up what there is beyond those of a sum's terms": [
    "window",
    (p) => ({ ...p, linear: [[0]] }),
  ],
  "a running sum needs no whole dim": ["cumsum", (p) => ({ ...p, whole: [] })],
  "a softmax needs no whole dim": ["softmax", (p) => ({ ...p, whole: [] })],
  "rows to put somewhere may be anywhere": ["scatter", (p) => ({ ...p, whole: [] })],
  "of rows to put somewhere only the tensor need owe": [
    "scatter",
    (p) => ({ ...p, linear: [[0]] }),
  ],
  "a sort needs no whole dim": ["sort", (p) => ({ ...p, whole: [] })],
  "the k largest need no whole dim": ["topK", (p) => ({ ...p, whole: [] })],
};

export function withRule(rules: Rules, [kind, change]: RuleMutant): Rules {
  const real = rules[kind].partition as PartitionOf;
  const partition: PartitionOf = (node) => change(real(node), node);
  return { ...rules, [kind]: { ...rules[kind], partition } } as Rules;
}

/** Defects in programs, as a partitioner might write them. */
export const programMutants: Readonly<Record<string, (program: Program) => Program>> = {
  "a sum is settled over the first of its axes only": (program) =>
    changed(program, (i) =>
      i.kind === "reduce" && i.axes.length > 1 ? { ...i, axes: i.axes.slice(0, 1) } : i,
    ),
  "maxima are settled as sums": (program) =>
    changed(program, (i) => (i.kind === "reduce" && i.fn === "max" ? { ...i, fn: "sum" } : i)),
  "an exchange takes all from where it is": (program) =>
    changed(program, (i) =>
      i.kind === "move" ? { ...i, offsets: i.operands.map(() => ({})) } : i,
    ),
};

function changed(program: Program, change: (i: Instruction) => Instruction): Program {
  const all = (instructions: readonly Instruction[]): readonly Instruction[] =>
    instructions.map((i) => change(i.kind === "region" ? withBodies(i, all) : i));
  return { ...program, instructions: all(program.instructions) };
}

/** Defects put in place of functions where they are imported, by the names of these functions. */
export const functionMutants = [
  "gather takes ids for rows of its slice",
  "every reshape is local",
  "a slice's extra element is left out",
  "one group of a sum's terms is dropped",
  "owed sums stay owed where operands differ in their axes",
  "stored arguments are not gathered",
  "an empty slice has a maximum of 0",
] as const;

export const mutants: readonly string[] = [
  ...Object.keys(ruleMutants),
  ...Object.keys(programMutants),
  ...functionMutants,
];
