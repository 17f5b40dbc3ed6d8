import { functionArgument } from "../../arguments.ts";
import { nextOrder } from "../../graph/node.ts";
import { isTensor, type Scalar } from "../../graph/tensor.ts";
import { withLeaves } from "../../tree.ts";
import { requireTensors, tensorsOf } from "../trees.ts";
import { alikeLeaves } from "./alike.ts";
import { predicateArgument } from "./predicate.ts";
import { asTheyAre, makeRegion, nothing, outerTensors, standIn } from "./region.ts";

/**
 * What one of two functions gives: `a`'s where the predicate holds, else `b`'s. Only that one runs,
 * which is what tells it from `where`. Both are given the arguments, may close over tensors, and give
 * trees with the same dims and dtypes.
 *
 * All devices know the predicate, and either result lies alike on them. The gradient runs through the
 * function that ran, which it computes again; what only the other reads has zeros.
 *
 * @throws MtfError `not-a-tensor`, `not-a-scalar` or `dtype-mismatch` unless the predicate is a bool
 * scalar, `bad-result` unless both functions give trees of tensors that are alike, `async-function`
 * @example
 * const finite = all(isFinite(x));
 * const y = cond(finite, () => tanh(x), () => zeros([batch, length, embd]));
 */
export function cond<Args extends readonly unknown[], R>(
  predicate: Scalar<"bool">,
  a: (...args: NoInfer<Args>) => R,
  b: (...args: NoInfer<Args>) => NoInfer<R>,
  ...args: Args
): R {
  const outer = predicateArgument("cond", "predicate", predicate);
  functionArgument("cond", "a", a);
  functionArgument("cond", "b", b);
  const begin = nextOrder();
  const inner = standIn(outer, 0);
  const result = a(...args);
  requireTensors("cond", result);
  const other = b(...args);
  requireTensors("cond", other);
  const outputs = tensorsOf(result);
  const otherwise = alikeLeaves(result, other, {
    op: "cond",
    given: "the result of 'b'",
    like: "the result of 'a'",
    advice: "results with the same dims and dtypes",
  });
  const results = makeRegion(
    { kind: "either", otherwise },
    {
      ...nothing,
      constant: [
        { outer, inner },
        ...asTheyAre(outerTensors([...outputs, ...otherwise], begin).outer),
      ],
      summed: outputs,
    },
  );
  return withLeaves(result, isTensor, results) as R;
}
