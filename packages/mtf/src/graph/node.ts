import { captureLine, type SourceLine } from "../sourceLine.ts";
import type { Attributes, Kind, Typed } from "./kinds.ts";
import { type AnyTensor, tensorOf } from "./tensor.ts";

/** Which part of a training step asked for a computation. */
export type Pass = "forward" | "backward" | "update";

export interface NodeOf<K extends Kind> {
  readonly kind: K;
  readonly attributes: Attributes[K];
  readonly operands: readonly AnyTensor[];
  readonly results: readonly Typed[];
  /** The user's line that asked for it. */
  readonly line: SourceLine;
  readonly pass: Pass;
  /** Nodes made later have larger numbers: the order in which a graph is computed. */
  readonly order: number;
}

/** One step of a traced function. */
export type Node = { [K in Kind]: NodeOf<K> }[Kind];

/** What nodes made now are made for; autodiff and partition set it while they make theirs. */
export interface Origin {
  readonly line: SourceLine;
  readonly pass: Pass;
}

// Nodes refer to what they are computed from and nothing else, so that a graph is simply what its
// results reach. Only their order and origin come from the time of their making.
let made = 0;
let origin: Origin | undefined;

/** The order that the next node gets: nodes with a smaller one are there already. */
export function nextOrder(): number {
  return made;
}

/** Makes a node and gives its results. */
export function makeNode<K extends Kind>(
  kind: K,
  attributes: Attributes[K],
  operands: readonly AnyTensor[],
  results: readonly Typed[],
): readonly AnyTensor[] {
  const { line, pass } = origin ?? { line: captureLine(), pass: "forward" };
  const node = { kind, attributes, operands, results, line, pass, order: made++ } as Node;
  return results.map((_, i) => tensorOf(node, i));
}

/** Makes a node with one result. */
export function makeTensor<K extends Kind>(
  kind: K,
  attributes: Attributes[K],
  operands: readonly AnyTensor[],
  result: Typed,
): AnyTensor {
  return makeNode(kind, attributes, operands, [result])[0]!;
}

/**
 * Runs `make` with every node it makes attributed to the user's line that asks for them all, which is
 * looked up once and not for each. It calls no function of the user's: what that makes has its own line.
 */
export function fromOneLine<R>(make: () => R): R {
  return origin ? make() : attributedTo({ line: captureLine(), pass: "forward" }, make);
}

/** Runs `make` with every node it makes attributed to another node's line and pass. */
export function attributedTo<R>(to: Origin, make: () => R): R {
  const before = origin;
  origin = to;
  try {
    return make();
  } finally {
    origin = before;
  }
}
