import { recordArgument } from "../../arguments.ts";
import { printDims } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Attributes } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor, typeOf } from "../../graph/tensor.ts";
import { ruleTable } from "../../layout.ts";
import { nearest } from "../../suggest.ts";
import { hasDim, misuse, tensorArgument } from "../check.ts";

export function laidOut(x: AnyTensor, attributes: Attributes["withLayout"]): AnyTensor {
  return makeTensor("withLayout", attributes, [x], typeOf(x));
}

/**
 * The same value, split by these rules instead of the layout's. `[]` leaves a dim whole; dims that
 * are not named follow the layout, as far as their axes are still free. The gradient is split the
 * same way. The rules stick to what is computed from the value, as a preference, up to the next
 * `withLayout` and the function's results.
 *
 * @throws MtfError `unknown-dim` for a rule about a dim that the tensor lacks, `axis-conflict` where
 * two dims want one axis, `bad-rule` where one names it twice; `lower` throws `unknown-axis` for one that its mesh lacks
 * @example
 * withLayout(x, { length: "model" });
 */
export function withLayout<A extends string, D extends DType>(
  x: Tensor<A, D>,
  rules: { readonly [Name in NoInfer<A>]?: string | readonly string[] },
): Tensor<A, D> {
  const tensor = tensorArgument("withLayout", "x", x);
  recordArgument("withLayout", "rules", rules, "an object of dims and axes");
  const table = ruleTable("withLayout", "rules", rules);
  const taken = new Map<string, string>();
  for (const [dim, axes] of table) {
    if (!hasDim(tensor, dim)) throw unknownDim(tensor, dim);
    for (const axis of axes) {
      const other = taken.get(axis);
      if (other === dim) throw axisTwice(tensor, dim, axes);
      if (other) {
        throw misuse(
          "axis-conflict",
          `withLayout: '${other}' and '${dim}' of one tensor both go to axis '${axis}'.`,
          { tensor },
          [`leave out ${dim}, or send it to another axis`],
          { dims: [other, dim], axis },
        );
      }
      taken.set(axis, dim);
    }
  }
  return laidOut(tensor, { rules: Object.fromEntries(table) }) as never;
}

function axisTwice(tensor: AnyTensor, dim: string, axes: readonly string[]): Error {
  return misuse(
    "bad-rule",
    `withLayout: rule ${dim} -> ${axes.join(" + ")}: an axis is written twice.`,
    { tensor },
    [`${dim} -> ${[...new Set(axes)].join(" + ")}`],
    { dim },
  );
}

function unknownDim(tensor: AnyTensor, dim: string): Error {
  const near = nearest(dim, tensor.names);
  return misuse(
    "unknown-dim",
    `withLayout: [${printDims(dimsOf(tensor))}] has no dim '${dim}'.`,
    { tensor },
    near ? [`'${near}'`] : [],
    { dim },
  );
}
