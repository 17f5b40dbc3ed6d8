import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, isTensor } from "../../graph/tensor.ts";
import { dtypesDiffer, requireDtype, requireValue, unionDims } from "../check.ts";
import { signatures } from "./signature.ts";

export type Argument = AnyTensor | number;

/** `fn` of tensors and numbers, operands broadcast by name: what all elementwise functions are. */
export function apply(fn: ElementwiseFn, ...args: readonly Argument[]): AnyTensor {
  const operands = args.filter((a) => isTensor(a));
  return makeTensor(
    "elementwise",
    { fn, scalars: args.map((a) => (isTensor(a) ? null : a)) },
    operands,
    { dims: unionDims(fn, operands), dtype: resultDtype(fn, args) },
  );
}

/** The value as autodiff's constant. */
export function stopped(x: AnyTensor): AnyTensor {
  const { dims, dtype } = x["~node"].results[x["~result"]]!;
  const attributes = { fn: "identity", scalars: [null], stopped: true } as const;
  return makeTensor("elementwise", attributes, [x], { dims, dtype });
}

function resultDtype(fn: ElementwiseFn, args: readonly Argument[]): DType {
  const { takes, gives } = signatures[fn];
  let shared: AnyTensor | undefined;
  args.forEach((x, i) => {
    if (!isTensor(x)) return;
    const allowed = takes[Math.min(i, takes.length - 1)]!;
    requireDtype(
      fn,
      x,
      allowed,
      (fn === "where" ? ["condition", "x", "y"] : ["x", "y"])[i] ?? `x${i}`,
    );
    // The condition of `where` is the one argument whose dtype is its own.
    if (fn === "where" && i === 0) return;
    if (shared && shared.dtype !== x.dtype) throw dtypesDiffer(fn, shared, x);
    shared ??= x;
  });
  const dtype = shared?.dtype ?? "float32";
  for (const x of args) if (typeof x === "number") requireValue(fn, x, dtype, shared);
  return gives === "same" ? dtype : gives;
}
