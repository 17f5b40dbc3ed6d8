import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { dtypesDiffer, requireDtype, requireValue, unionDims } from "../check.ts";
import { signatures } from "./signature.ts";

export type Argument = AnyTensor | number;

/** `fn` of tensors and numbers, operands broadcast by name: what all elementwise functions are. */
export function apply(fn: ElementwiseFn, ...args: readonly Argument[]): AnyTensor {
  const operands: AnyTensor[] = [];
  const scalars = args.map((a) => {
    if (typeof a === "number") return a;
    operands.push(a);
    return null;
  });
  return makeTensor("elementwise", { fn, scalars }, operands, {
    dims: unionDims(fn, operands),
    dtype: resultDtype(fn, args),
  });
}

/** The value as autodiff's constant. */
export function stopped(x: AnyTensor): AnyTensor {
  const { dims, dtype } = x["~node"].results[x["~result"]]!;
  const attributes = { fn: "identity", scalars: [null], stopped: true } as const;
  return makeTensor("elementwise", attributes, [x], { dims, dtype });
}

function argumentName(fn: ElementwiseFn, place: number): string {
  const names = fn === "where" ? ["condition", "x", "y"] : ["x", "y"];
  return names[place] ?? `x${place}`;
}

function resultDtype(fn: ElementwiseFn, args: readonly Argument[]): DType {
  const { takes, gives } = signatures[fn];
  let shared: AnyTensor | undefined;
  args.forEach((x, i) => {
    if (typeof x === "number") return;
    const allowed = takes[Math.min(i, takes.length - 1)]!;
    if (!allowed.includes(x.dtype)) requireDtype(fn, x, allowed, argumentName(fn, i));
    // The condition of `where` is the one argument whose dtype is its own.
    if (fn === "where" && i === 0) return;
    if (shared && shared.dtype !== x.dtype) throw dtypesDiffer(fn, shared, x);
    shared ??= x;
  });
  const dtype = shared?.dtype ?? "float32";
  for (const x of args) if (typeof x === "number") requireValue(fn, x, dtype, shared);
  return gives === "same" ? dtype : gives;
}
