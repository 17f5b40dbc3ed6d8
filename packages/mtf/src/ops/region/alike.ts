import type { MtfError } from "../../errors.ts";
import { type AnyTensor, dimsOf, isTensor } from "../../graph/tensor.ts";
import { leavesOf } from "../../tree.ts";
import { spread } from "../broadcast/broadcast.ts";
import { misuse } from "../check.ts";
import { sizesOf } from "./region.ts";

/** What two trees that must be alike are called: `the next carry` and `the one before`. */
export interface Likeness {
  readonly op: string;
  readonly given: string;
  readonly like: string;
  readonly advice: string;
}

/**
 * The leaves of a tree that must be like another, each with its dims in the order that they have
 * there.
 *
 * @throws MtfError `bad-result` where paths, dims or dtypes differ
 */
export function alikeLeaves(like: unknown, given: unknown, how: Likeness): readonly AnyTensor[] {
  const [old, made] = [leavesOf(like, isTensor), leavesOf(given, isTensor)];
  const surplus = made.find(([path]) => !old.some(([own]) => own === path));
  if (surplus) {
    const [path, tensor] = surplus;
    throw unlike(how, path, `has a tensor${at(path)} that ${how.like} lacks`, { tensor });
  }
  return old.map(([path, x]) => {
    const y = made.find(([own]) => own === path)?.[1];
    if (!y) throw unlike(how, path, `lacks the tensor${at(path)}`, { wanted: x });
    if (y.dtype !== x.dtype || sizesOf(y) !== sizesOf(x)) {
      const pair = { wanted: x, given: y };
      throw unlike(how, path, `is not like ${how.like}${at(path)}`, pair);
    }
    return spread(y, dimsOf(x));
  });
}

function at(path: string): string {
  return path === "" ? "" : ` at '${path}'`;
}

function unlike(
  { op, given, advice }: Likeness,
  path: string,
  fault: string,
  tensors: Readonly<Record<string, AnyTensor>>,
): MtfError {
  return misuse("bad-result", `${op}: ${given} ${fault}.`, tensors, [advice], { path });
}
