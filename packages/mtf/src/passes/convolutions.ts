import { elements } from "../dimension.ts";
import type { OpOf } from "../graph/kinds.ts";
import { withBodies } from "../program/bodies.ts";
import { axesOf } from "../program/placement.ts";
import {
  type Compute,
  type Instruction,
  type Program,
  readsOf,
  type Value,
} from "../program/program.ts";
import type { ProgramPass } from "./pass.ts";
import { tidied } from "./rewrite.ts";

/**
 * Windows that only products read are not made: each product takes them itself, which needs no memory
 * for them. What they are taken of is held until then instead, so they are made where they are smaller.
 */
export const convolutions: ProgramPass = (program) => {
  const work: Work = { program, values: [...program.values], found: false };
  const outputs = program.outputs.map(({ value }) => value);
  const instructions = without(work, program.instructions, outputs);
  return work.found ? tidied({ ...program, values: work.values, instructions }) : program;
};

interface Work {
  readonly program: Program;
  /** The program's, and those that this pass makes. */
  readonly values: Value[];
  found: boolean;
}

type Windowing = Compute & { readonly op: OpOf<"window"> };
type Merging = Compute & { readonly op: OpOf<"reshape"> };
type Product = Compute & { readonly op: OpOf<"einsum"> };

/** What becomes of a value on the way to a product. */
type Link = Windowing | Merging;

/** A product, and how what it reads comes of windows. */
interface Leaf {
  readonly product: Product;
  readonly links: readonly Link[];
}

function without(
  work: Work,
  instructions: readonly Instruction[],
  leaving: readonly number[],
): readonly Instruction[] {
  const readers = readersOf(work, instructions, leaving);
  const gone = new Set<Instruction>();
  const instead = new Map<Instruction, readonly Instruction[]>();
  for (const instruction of instructions) {
    if (instruction.kind === "region") {
      instead.set(instruction, [
        withBodies(instruction, (inner, out) => without(work, inner, out)),
      ]);
      continue;
    }
    if (!isWindowing(instruction) || gone.has(instruction)) continue;
    const leaves = leavesOf(work, instruction, readers, []);
    if (!leaves || !savesMemory(work, instruction, leaves)) continue;
    // One that reads windows as both its factors takes none of them.
    const products = leaves.map(({ product }) => product);
    if (products.some((one, i) => instead.has(one) || products.indexOf(one) !== i)) continue;
    for (const { product, links } of leaves) {
      instead.set(product, convolved(work, instruction.operands[0]!, { product, links }));
      for (const link of links) gone.add(link);
    }
    work.found = true;
  }
  if (instead.size === 0) return instructions;
  return instructions.flatMap((instruction) => {
    return gone.has(instruction) ? [] : (instead.get(instruction) ?? [instruction]);
  });
}

/** Who reads what comes of windows: instructions, and undefined for what takes it out of a body. */
type Readers = ReadonlyMap<number, readonly (Instruction | undefined)[]>;

function readersOf(
  work: Work,
  instructions: readonly Instruction[],
  leaving: readonly number[],
): Readers {
  const readers = new Map<number, (Instruction | undefined)[]>();
  if (!instructions.some(isWindowing)) return readers;
  for (const instruction of instructions) {
    for (const value of readsOf(instruction)) readers.get(value)?.push(instruction);
    if (isWindowing(instruction) || isMerging(work, instruction)) {
      readers.set(instruction.results[0]!, []);
    }
  }
  for (const value of leaving) readers.get(value)?.push(undefined);
  return readers;
}

/** The products that read what comes of windows; undefined where anything else does. */
function leavesOf(
  work: Work,
  link: Link,
  readers: Readers,
  before: readonly Link[],
): readonly Leaf[] | undefined {
  const links = [...before, link];
  const leaves: Leaf[] = [];
  for (const reader of readers.get(link.results[0]!) ?? []) {
    if (reader && isProduct(work, reader) && fits(work, reader, links)) {
      leaves.push({ product: reader, links });
      continue;
    }
    const goesOn = reader && (isWindowing(reader) || isMerging(work, reader));
    const further = goesOn ? leavesOf(work, reader, readers, links) : undefined;
    if (!further) return undefined;
    leaves.push(...further);
  }
  return leaves;
}

function isWindowing(instruction: Instruction): instruction is Windowing {
  if (instruction.kind !== "compute" || instruction.op.kind !== "window") return false;
  const { wrap, value } = instruction.op.attributes;
  return !wrap && value === 0;
}

/** Blocks becoming one dim, of which the devices have whole ones. */
function isMerging({ values }: Work, instruction: Instruction): instruction is Merging {
  if (instruction.kind !== "compute" || instruction.op.kind !== "reshape") return false;
  const { from, to } = instruction.op.attributes;
  const { placement } = values[instruction.operands[0]!]!;
  return to.length === 1 && from.slice(1).every((dim) => axesOf(placement, dim).length === 0);
}

function isProduct({ values }: Work, instruction: Instruction): instruction is Product {
  if (instruction.kind !== "compute" || instruction.op.kind !== "einsum") return false;
  const { operands } = instruction;
  return (
    operands[0] !== operands[1] &&
    operands.every((value) => values[value]!.dtype === "float32" && !values[value]!.rest)
  );
}

/**
 * Whether a product can take windows: along other dims each, of what does not rest narrow. Blocks
 * become one only after that, so they are no dims of the other factor, and no window goes along
 * what they become.
 */
function fits({ values }: Work, product: Product, links: readonly Link[]): boolean {
  const [first] = links as [Windowing];
  if (values[first.operands[0]!]!.rest) return false;
  const other = values[otherOf(product, links)]!;
  const names = links.flatMap(({ op }) =>
    op.kind === "window" ? [op.attributes.dim, op.attributes.tap] : [],
  );
  if (new Set(names).size < names.length) return false;
  return links.every(({ op }, i) => {
    if (op.kind === "window") return true;
    const { from, to } = op.attributes;
    const [into] = to.map(({ name }) => name) as [string];
    const own = from.filter((dim) => dim !== into);
    const later = links.slice(i + 1);
    return (
      !later.some(({ op: next }) => next.kind === "reshape" || next.attributes.dim === into) &&
      !own.some((dim) => other.dims.some((d) => d.name === dim))
    );
  });
}

function otherOf({ operands }: Product, links: readonly Link[]): number {
  const [made] = links.at(-1)!.results;
  return operands[0] === made ? operands[1]! : operands[0]!;
}

/** Whether all that would be made is larger than what it is made of. */
function savesMemory({ values }: Work, root: Windowing, leaves: readonly Leaf[]): boolean {
  const sizeOf = (value: number) => elements(values[value]!.dims);
  const most = sizeOf(root.operands[0]!);
  return (
    leaves.length > 0 && leaves.every(({ links }) => sizeOf(links.at(-1)!.results[0]!) >= most)
  );
}

/** A product that takes windows itself; where blocks become one before it, they do so after it. */
function convolved(work: Work, x: number, { product, links }: Leaf): readonly Instruction[] {
  const merging = links.flatMap((link) => (isMerging(work, link) ? [link] : []));
  const windows = links.flatMap(({ op }) => {
    if (op.kind !== "window") return [];
    const { value: _, ...each } = op.attributes;
    return [each];
  });
  const { origin } = product;
  const before: Instruction[] = [];
  const after: Instruction[] = [];
  let other = otherOf(product, links);
  let [result] = product.results as [number];
  for (const link of merging) {
    const parted = inBlocks(work, link, other);
    if (parted !== undefined) {
      before.push(turned(link, other, parted, work));
      other = parted;
    }
    const blocks = inBlocks(work, link, result);
    if (blocks === undefined) continue;
    after.unshift({ ...link, operands: [blocks], results: [result], origin });
    result = blocks;
  }
  const op = { kind: "convolution", attributes: { windows } } as const;
  return [
    ...before,
    { kind: "compute", op, operands: [x, other], results: [result], origin },
    ...after,
  ];
}

/** A value like this one, in which the dim that blocks become is in blocks; undefined where it lacks it. */
function inBlocks(work: Work, { op, operands }: Merging, value: number): number | undefined {
  const { from, to } = op.attributes;
  const [into] = to;
  const { dims, placement, ...others } = work.values[value]!;
  if (!dims.some(({ name }) => name === into!.name)) return undefined;
  const whole = work.values[operands[0]!]!.dims;
  const parts = from.map((name) => whole.find((d) => d.name === name)!);
  const { [into!.name]: axes, ...split } = placement.split;
  work.values.push({
    ...others,
    dims: dims.flatMap((d) => (d.name === into!.name ? parts : [d])),
    placement: { ...placement, split: axes ? { ...split, [from[0]!]: axes } : split },
  });
  return work.values.length - 1;
}

/** The other way round: one dim becoming blocks. */
function turned(link: Merging, value: number, parted: number, { values }: Work): Compute {
  const { from, to } = link.op.attributes;
  const parts = from.map((name) => values[parted]!.dims.find((d) => d.name === name)!);
  const attributes = { from: to.map(({ name }) => name), to: parts };
  return { ...link, op: { kind: "reshape", attributes }, operands: [value], results: [parted] };
}
