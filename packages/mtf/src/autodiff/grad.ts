import {
  arrayArgument,
  asyncFunction,
  booleanArgument,
  functionArgument,
  optionsArgument,
  tell,
} from "../arguments.ts";
import { newHandle } from "../graph/handle.ts";
import { attributedTo } from "../graph/node.ts";
import { type AnyTensor, dimsOf, isTensor, type Scalar } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import { misuse } from "../ops/check.ts";
import { filled, zerosLike } from "../ops/constant/constant.ts";
import { rules } from "../ops/rules.ts";
import { isPromise, treeArgument } from "../ops/trees.ts";
import { leavesOf, mapLeaves, withLeaves } from "../tree.ts";
import { vjp } from "./vjp.ts";

/**
 * A function's value together with its gradient with respect to the first argument, a tree of
 * tensors: the gradient is a tree alike. With `aux`, the function gives its loss and anything else,
 * which comes back third.
 *
 * The value must not depend on anything but the arguments and what the function closes over.
 *
 * @throws MtfError `not-a-scalar` unless the function gives one number, `no-gradient` where the
 * first argument holds tensors of integers or bools
 * @example
 * const [value, gradient] = valueAndGrad(loss)(params, image, label);
 */
export function valueAndGrad<P, Rest extends readonly unknown[]>(
  fn: (params: P, ...rest: Rest) => Scalar,
): (params: P, ...rest: Rest) => readonly [value: Scalar, gradient: P];
export function valueAndGrad<P, Rest extends readonly unknown[], Aux>(
  fn: (params: P, ...rest: Rest) => readonly [Scalar, Aux],
  options: { readonly aux: true },
): (params: P, ...rest: Rest) => readonly [value: Scalar, gradient: P, aux: Aux];
export function valueAndGrad(
  fn: (params: never, ...rest: never) => unknown,
  options?: { readonly aux: true },
): (params: unknown, ...rest: readonly unknown[]) => never {
  functionArgument("valueAndGrad", "fn", fn);
  if (options !== undefined) {
    optionsArgument("valueAndGrad", "options", options, ["aux"]);
    booleanArgument("valueAndGrad", "options.aux", options.aux ?? false);
  }
  return (params, ...rest) => {
    treeArgument("grad", "params", params);
    const given = mapLeaves(params, isTensor, (x, path) => newHandle(requireFloat(x, path)));
    const result = fn(given as never, ...(rest as never));
    if (isPromise(result)) throw asyncFunction("grad: the function gave a Promise.", {});
    if (options?.aux) arrayArgument("valueAndGrad", "fn's result", result, "[loss, aux]");
    const [loss, aux] = options?.aux ? (result as readonly unknown[]) : [result, undefined];
    const inputs = leavesOf(given, isTensor).map(([, x]) => x);
    const gradient = withLeaves(params, isTensor, gradientsOf(requireScalar(loss), inputs));
    return (options?.aux ? [loss, gradient, aux] : [loss, gradient]) as never;
  };
}

/**
 * The gradient of a function with respect to its first argument; as `valueAndGrad`.
 *
 * @throws MtfError as `valueAndGrad`
 * @example
 * const curvature = grad(grad((x: Scalar) => mul(mul(x, x), x)));
 */
export function grad<P, Rest extends readonly unknown[]>(
  fn: (params: P, ...rest: Rest) => Scalar,
): (params: P, ...rest: Rest) => P {
  functionArgument("grad", "fn", fn);
  const both = valueAndGrad(fn);
  return (params, ...rest) => both(params, ...rest)[1];
}

/** The gradients of a scalar, stored as the inputs; zeros where it does not depend on them. */
function gradientsOf(loss: AnyTensor, inputs: readonly AnyTensor[]): readonly AnyTensor[] {
  const backward = { line: loss["~node"].line, pass: "backward" } as const;
  const one = attributedTo(backward, () => filled(1, [], "float32"));
  const found = vjp(rules, [loss], inputs, [one]);
  return attributedTo(backward, () =>
    inputs.map((x, i) => {
      const gradient = found[i];
      return gradient ? spread(gradient, dimsOf(x)) : zerosLike(x);
    }),
  );
}

function requireFloat(x: AnyTensor, path: string): AnyTensor {
  if (x.dtype === "float32") return x;
  throw misuse(
    "no-gradient",
    `grad: nothing can be differentiated with respect to ${x.dtype}${path && ` ('${path}')`}.`,
    { tensor: x },
    ["pass it as a later argument"],
    { path, dtype: x.dtype },
  );
}

function requireScalar(loss: unknown): AnyTensor {
  if (!isTensor(loss)) {
    throw misuse("not-a-scalar", `grad: the function gave ${tell(loss)}, not a scalar.`, {});
  }
  if (loss.names.length > 0) {
    const over = loss.names.map((name) => `"${name}"`).join(", ");
    throw misuse("not-a-scalar", "grad: the loss is not a scalar.", { loss }, [
      `mean(loss, ${over})`,
    ]);
  }
  if (loss.dtype !== "float32") {
    throw misuse("no-gradient", `grad: a loss of ${loss.dtype} has no gradient.`, { loss });
  }
  return loss;
}
