import { countArgument, optionsArgument } from "../arguments.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { product } from "../ops/einsum/product.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { rowsOf } from "../ops/gather/gather.ts";
import { renamed } from "../ops/rename/rename.ts";
import { reshaped } from "../ops/reshape/reshape.ts";
import { atIndex } from "../ops/slice/at.ts";
import { softmax } from "../ops/softmax/softmax.ts";
import { largest } from "../ops/topK/topK.ts";

/** How a memory of product keys is asked. */
export interface ProductKeyOptions {
  /** The dim, two long, of the halves of queries and keys. */
  readonly halves: string;
  /** The dim of the keys of a half. */
  readonly among: string;
  /** The dim in which half a query is compared with half a key. */
  readonly within: string;
  /** The dim of heads, whose results are added. */
  readonly heads: string;
  /** The dim of values: as many as there are pairs of keys. */
  readonly slots: string;
  /** How many values are read; at most as many as there are keys of a half. */
  readonly nearest: number;
}

const known = ["halves", "among", "within", "heads", "slots", "nearest"];

/** Dims of what is nearest: none of a user's. */
const [near, other, pairs] = ["~near", "~other", "~pairs"];

/**
 * The mean of a few values of a large table, weighted by how well their keys fit a query (Lample and
 * others, 2019). A key is a pair of two halves, so that those of n² values are found among 2 n.
 *
 * @param query such as [batch, length, heads, half, key]
 * @param keys such as [heads, half, subkey, key]
 * @param values such as [slot, embd], the slot of keys i and j being i n + j
 * @returns such as [batch, length, embd]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * productKeyMemory(query, keys, values, {
 *   ...{ halves: "half", among: "subkey", within: "key", heads: "heads", slots: "slot", nearest: 8 },
 * });
 */
export function productKeyMemory<A extends string, K extends string, V extends string>(
  query: Tensor<A>,
  keys: Tensor<K>,
  values: Tensor<V>,
  options: ProductKeyOptions,
): Tensor<Exclude<A, K> | V> {
  const op = "productKeyMemory";
  const [asked, stored, table] = (
    [
      ["query", query],
      ["keys", keys],
      ["values", values],
    ] as const
  ).map(([name, x]) => tensorArgument(op, name, x, ["float32"])) as [
    AnyTensor,
    AnyTensor,
    AnyTensor,
  ];
  optionsArgument(op, "options", options, known);
  const halves = namedDim(op, "options.halves", stored, options.halves);
  const among = namedDim(op, "options.among", stored, options.among);
  const within = namedDim(op, "options.within", asked, options.within).name;
  const heads = namedDim(op, "options.heads", asked, options.heads).name;
  const slots = namedDim(op, "options.slots", table, options.slots);
  const nearest = countArgument(op, "options.nearest", options.nearest, 1);
  if (halves.size !== 2 || slots.size !== among.size ** 2 || nearest > among.size) {
    const sentence = `${op}: '${halves.name}' is 2 long, '${slots.name}' the square of '${among.name}', and no more than these are nearest.`;
    throw misuse("bad-argument", sentence, { keys: stored, values: table }, [], { nearest });
  }
  const k = { name: near!, size: nearest };
  const kept = dimsOf(asked).filter((d) => d.name !== within);
  const best = largest(product(asked, stored, [...kept, among]), among.name, k);
  const half = (x: AnyTensor, i: number) => {
    const one = atIndex(x, halves.name, i);
    return i === 0 ? one : renamed(one, k.name, other!);
  };
  const joined = (x: AnyTensor) =>
    reshaped(x, [k.name, other!], [{ name: pairs!, size: nearest ** 2 }]);
  const scores = joined(apply("add", half(best.values, 0), half(best.values, 1)));
  const rows = apply("mul", half(best.indices, 0), among.size);
  const places = joined(apply("add", rows, half(best.indices, 1)));
  const found = largest(scores, pairs!, k);
  const weights = softmax(found.values as Tensor<string>, k.name) as AnyTensor;
  const read = rowsOf(table, rowsOf(places, found.indices, pairs!), slots.name);
  const left = dimsOf(read).filter((d) => d.name !== k.name && d.name !== heads);
  return product(read, weights, left) as never;
}
