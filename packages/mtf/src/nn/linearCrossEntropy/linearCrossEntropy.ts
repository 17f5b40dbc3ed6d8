import { countArgument, optionsArgument } from "../../arguments.ts";
import type { Dimension, Select } from "../../dimension.ts";
import { type AnyTensor, dimsOf, type Scalar, type Tensor } from "../../graph/tensor.ts";
import { hasDim, misuse, namedDim, tensorArgument } from "../../ops/check.ts";
import { type SmoothedOptions, smoothedArguments } from "../smoothedCrossEntropy.ts";
import { cutsOf } from "./chunks.ts";
import { inChunks } from "./inChunks.ts";
import { type Given, inOne, type Kind } from "./sums.ts";

/** What a cross entropy of products is beside them. */
export interface LinearCrossEntropyOptions<Classes extends string> extends SmoothedOptions {
  /** The dim of classes: the table has it, and what is multiplied with it does not. */
  readonly over: Select<Classes>;
  /** Added to logits. */
  readonly bias?: Tensor<NoInfer<Classes>> | undefined;
  /** What the sum is divided by, such as the number of labels; 1 by default. */
  readonly count?: Scalar | undefined;
  /** How many positions have logits at a time; by default as many as make a product worthwhile. */
  readonly rows?: number | undefined;
}

/** A cross entropy of products, summed over all positions. */
export interface LinearCrossEntropy {
  /** What is trained on: the cross entropy, and what z-loss adds to it, divided by `count`. */
  readonly total: Scalar;
  /** The sum of the cross entropy alone. */
  readonly loss: Scalar;
  /** The sum of the squares of log Σ exp where there is a label. */
  readonly squares: Scalar;
}

/**
 * The cross entropy of labels with logits that are products with a table, as `smoothedCrossEntropy` of
 * `linear`, summed. There are never logits of more than a chunk of positions: a chunk's loss and
 * its gradient are computed together, so that the gradient of `total` multiplies nothing again. All is
 * exact, and split in any way.
 *
 * @param x such as [batch, length, embd]
 * @param table such as [vocab, embd]
 * @param labels int32, such as [batch, length]; one that is no class costs nothing
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`
 * @example
 * linearCrossEntropy(x, table, token, { over: "vocab", zLoss: 1e-4 }).total;
 */
export function linearCrossEntropy<A extends string, W extends string, Classes extends W>(
  x: Tensor<A>,
  table: Tensor<W>,
  labels: Tensor<Exclude<A, W>, "int32">,
  options: LinearCrossEntropyOptions<Classes>,
): LinearCrossEntropy {
  const op = "linearCrossEntropy";
  const from = tensorArgument(op, "x", x, ["float32"]);
  const by = tensorArgument(op, "table", table, ["float32"]);
  const ids = tensorArgument(op, "labels", labels, ["int32"]);
  const known = ["over", "bias", "count", "rows", "smoothing", "zLoss"];
  optionsArgument(op, "options", options, known);
  const { bias, count, rows } = options;
  const classes = namedDim(op, "options.over", by, options.over);
  const numbers = smoothedArguments(op, options, from);
  if (rows !== undefined) countArgument(op, "options.rows", rows, 1);
  const kind: Kind = { ...numbers, classes };
  const given: Given = {
    x: from,
    labels: ids,
    table: by,
    bias: bias && tensorArgument(op, "options.bias", bias, ["float32"]),
    count: count && tensorArgument(op, "options.count", count, ["float32"]),
  };
  requireLinedUp(op, given, classes.name);
  const positions = dimsOf(ids);
  const cuts = cutsOf(positions, classes.size, rows);
  const sums = cuts.length > 0 ? inChunks(given, kind, cuts) : inOne(given, kind);
  return sums as unknown as LinearCrossEntropy;
}

/** Refuses dims that are neither positions, nor summed, nor classes, and a count that is no scalar. */
function requireLinedUp(op: string, given: Given, classes: string): void {
  const { x, labels, table, bias, count } = given;
  const lacks = (y: AnyTensor) => (d: Dimension) => !hasDim(y, d.name);
  const summed = (d: Dimension) => d.name !== classes && hasDim(table, d.name);
  const stray =
    dimsOf(x).find((d) => !summed(d) && lacks(labels)(d)) ??
    dimsOf(labels).find((d) => summed(d) || lacks(x)(d)) ??
    dimsOf(table).find((d) => summed(d) && lacks(x)(d)) ??
    (bias && dimsOf(bias).find((d) => d.name !== classes));
  if (stray) {
    const sentence = `${op}: 'x' has the labels' dims and those of the table but '${classes}'; '${stray.name}' lines up with none.`;
    const evidence = { x, table, labels, ...(bias && { bias }) };
    throw misuse("missing-dim", sentence, evidence, [], { dim: stray.name });
  }
  if (count && dimsOf(count).length > 0) {
    throw misuse("bad-argument", `${op}: 'options.count' must be a scalar.`, { count });
  }
}
