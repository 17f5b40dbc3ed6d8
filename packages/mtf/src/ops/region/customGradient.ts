import { functionArgument } from "../../arguments.ts";
import { nextOrder } from "../../graph/node.ts";
import type { Rounds } from "../../graph/rounds.ts";
import { type AnyTensor, isTensor } from "../../graph/tensor.ts";
import { isPlainObject } from "../../record.ts";
import { leavesOf, mapLeaves, withLeaves } from "../../tree.ts";
import { misuse } from "../check.ts";
import { zerosLike } from "../constant/constant.ts";
import { requireOwn } from "../foreign.ts";
import type { Cotangent } from "../rule.ts";
import { requireTensors, treeArgument } from "../trees.ts";
import {
  asTheyAre,
  entering,
  makeRegion,
  nothing,
  outerTensors,
  sizesOf,
  standIn,
} from "./region.ts";

/** What a gradient of one's own is computed from. */
export interface ForBackward<Args, R> {
  /** What the function was given. */
  readonly args: Args;
  /** What it gave. */
  readonly result: R;
  /** The gradient of the loss with respect to each tensor of the result; zeros where it is none. */
  readonly cotangent: R;
}

/**
 * A function with a gradient of one's own. `backward` gives an array with a tree for each argument,
 * of tensors with that argument's dims; integers and bools among them have no gradient, nor has what
 * is no tensor, and what stands for theirs is not looked at. What `fn` closes over counts as constant.
 *
 * @returns a function of the same arguments. It throws MtfError `bad-result` where `fn` gives anything
 * but trees of tensors; its gradient does, where `backward` gives anything but the arguments' own
 * trees with their dims
 * @example
 * const clipped = customGradient(
 *   (value: Tensor<"batch">) => identity(value),
 *   ({ cotangent }) => [clip(cotangent, -1, 1)],
 * );
 */
export function customGradient<const Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
  backward: (given: ForBackward<Args, R>) => Args,
): (...args: Args) => R {
  functionArgument("customGradient", "fn", fn);
  functionArgument("customGradient", "backward", backward);
  return (...args) => {
    args.forEach((arg, i) => {
      treeArgument("customGradient", `args[${i}]`, arg);
    });
    const outer = leavesOf(args, isTensor).map(([, x]) => x);
    const begin = nextOrder();
    const inner = outer.map(standIn);
    const result = fn(...(withLeaves(args, isTensor, inner) as unknown as Args));
    requireTensors("customGradient", result);
    const outputs = leavesOf(result, isTensor).map(([, x]) => x);
    requireOwn("customGradient", inner, outputs, begin);
    const gradient: Extract<Rounds, { kind: "once" }>["gradient"] = (results, dys) => {
      const given = {
        args,
        result: withLeaves(result, isTensor, results) as R,
        cotangent: withLeaves(
          result,
          isTensor,
          results.map((x, i) => dys[i] ?? zerosLike(x)),
        ) as R,
      };
      return cotangentsOf(args, backward(given));
    };
    const results = makeRegion(
      { kind: "once", gradient },
      {
        ...nothing,
        constant: [...entering(outer, inner), ...asTheyAre(outerTensors(outputs, begin).outer)],
        summed: outputs,
      },
    );
    return withLeaves(result, isTensor, results) as R;
  };
}

/** The cotangents of the arguments' tensors, in order. */
function cotangentsOf(args: readonly unknown[], made: unknown): readonly Cotangent[] {
  const given = withoutSettings(args, made);
  requireTensors("customGradient", given);
  const found = new Map(leavesOf(given, isTensor));
  const own = new Set(leavesOf(args, isTensor).map(([path]) => path));
  for (const [path, dx] of found) if (!own.has(path)) throw surplus(path, dx);
  const cotangents: Cotangent[] = [];
  mapLeaves(args, isTensor, (x, path) => {
    cotangents.push(x.dtype === "float32" ? cotangentOf(x, found.get(path), path) : undefined);
  });
  return cotangents;
}

type Tree = Readonly<Record<string, unknown>>;

/** Without what stands for an argument's numbers and texts: the types want something there. */
function withoutSettings(args: unknown, given: unknown): unknown {
  if (isTensor(args)) return given;
  if (typeof args !== "object" || args === null) return [];
  if (isTensor(given) || !(Array.isArray(given) || isPlainObject(given))) return given;
  const kept = Object.entries(given as Tree).map(([key, child]) => {
    return [key, Object.hasOwn(args, key) ? withoutSettings((args as Tree)[key], child) : child];
  });
  return Object.fromEntries(kept);
}

/** What stands at no argument would be lost, and more so where arguments were counted wrong. */
function surplus(path: string, dx: AnyTensor): Error {
  return misuse(
    "bad-result",
    `customGradient: 'backward' gave a gradient at '${path}', where no argument has a tensor.`,
    { given: dx },
    ["an array with a tree for each argument, in their order"],
    { path },
  );
}

function cotangentOf(x: AnyTensor, dx: AnyTensor | undefined, path: string): AnyTensor {
  if (dx && dx.dtype === "float32" && sizesOf(dx) === sizesOf(x)) return dx;
  throw misuse(
    "bad-result",
    `customGradient: 'backward' gave no gradient for the argument at '${path}'.`,
    { argument: x, ...(dx && { given: dx }) },
    ["a tensor with the argument's dims; zeros(…) where there is no gradient"],
    { path },
  );
}
