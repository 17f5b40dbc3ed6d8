import { type AnyTensor, tensorOf } from "./tensor.ts";

// A gradient is taken with respect to an argument, not to a value: in `grad((p) => mul(p, w))(w)`
// the two operands are one value and only the first is differentiated. So the function is given a
// handle of its own to the value, and is differentiated with respect to that. No node is needed.
const givenFor = new WeakMap<AnyTensor, AnyTensor>();

/** Another handle to the same value, to be told from it. */
export function newHandle(x: AnyTensor): AnyTensor {
  const handle = tensorOf(x["~node"], x["~result"]);
  givenFor.set(handle, x);
  return handle;
}

/** Which of `inputs` a handle was given for, directly or through others. */
export function inputOf(x: AnyTensor, inputs: ReadonlySet<AnyTensor>): AnyTensor | undefined {
  let handle: AnyTensor | undefined = x;
  while (handle && !inputs.has(handle)) handle = givenFor.get(handle);
  return handle;
}
