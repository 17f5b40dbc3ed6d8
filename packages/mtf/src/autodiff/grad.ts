import {
  arrayArgument,
  asyncFunction,
  booleanArgument,
  functionArgument,
  nothingBesides,
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
 * The gradient does not count what the function closes over: that is constant to it.
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
    const advice = ["valueAndGrad(fn)(params, …)"];
    optionsArgument("valueAndGrad", "options", options, ["aux"], advice);
    booleanArgument("valueAndGrad", "options.aux", options.aux ?? false);
  }
  return differentiating("valueAndGrad", fn, options?.aux ?? false);
}

function differentiating(
  caller: string,
  fn: (params: never, ...rest: never) => unknown,
  withAux: boolean,
): (params: unknown, ...rest: readonly unknown[]) => never {
  return (params, ...rest) => {
    treeArgument(caller, "params", params);
    const given = mapLeaves(params, isTensor, (x, path) =>
      newHandle(requireFloat(caller, x, path)),
    );
    const result = fn(given as never, ...(rest as never));
    if (isPromise(result)) throw asyncFunction(`${caller}: the function gave a Promise.`, {});
    if (withAux) arrayArgument(caller, "fn's result", result, "[loss, aux]");
    const [loss, aux] = withAux ? (result as readonly unknown[]) : [result, undefined];
    const inputs = leavesOf(given, isTensor).map(([, x]) => x);
    const gradient = withLeaves(params, isTensor, gradientsOf(requireScalar(caller, loss), inputs));
    return (withAux ? [loss, gradient, aux] : [loss, gradient]) as never;
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
): (params: P, ...rest: Rest) => P;
export function grad(
  fn: (params: never, ...rest: never) => unknown,
  ...surplus: readonly unknown[]
): (params: unknown, ...rest: readonly unknown[]) => never {
  functionArgument("grad", "fn", fn);
  nothingBesides("grad", "a function", surplus, ["grad(fn)(params, …)"]);
  const both = differentiating("grad", fn, false);
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

function requireFloat(caller: string, x: AnyTensor, path: string): AnyTensor {
  if (x.dtype === "float32") return x;
  throw misuse(
    "no-gradient",
    `${caller}: nothing can be differentiated with respect to ${x.dtype}${path && ` ('${path}')`}.`,
    { tensor: x },
    ["pass it as a later argument"],
    { path, dtype: x.dtype },
  );
}

function requireScalar(caller: string, loss: unknown): AnyTensor {
  if (!isTensor(loss)) {
    const several = Array.isArray(loss) && isTensor(loss[0]);
    const advice = several ? ["valueAndGrad(fn, { aux: true }), where it gives [loss, aux]"] : [];
    const sentence = `${caller}: the function gave ${tell(loss)}, not a scalar.`;
    throw misuse("not-a-scalar", sentence, {}, advice);
  }
  if (loss.names.length > 0) {
    const over = loss.names.map((name) => `"${name}"`).join(", ");
    throw misuse("not-a-scalar", `${caller}: the loss is not a scalar.`, { loss }, [
      `mean(loss, ${over})`,
    ]);
  }
  if (loss.dtype !== "float32") {
    throw misuse("no-gradient", `${caller}: a loss of ${loss.dtype} has no gradient.`, { loss });
  }
  return loss;
}
