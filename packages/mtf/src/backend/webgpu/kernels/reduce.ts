import { extentsOf, only, stridesOf } from "../../slices/walk.ts";
import { folding } from "./fold.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Sum, maximum or minimum over dims. */
export const reduce: Wgsl<"reduce"> = ({ fn, over }, [x], [result]) => {
  const [all, outer] = [extentsOf(x!), extentsOf(result!)];
  const shader = folding({
    outer,
    inner: only(all, over),
    reads: [{ dtype: x!.dtype, strides: stridesOf(all) }],
    target: stridesOf(outer),
    dtype: x!.dtype,
    how: fn,
    term: (value) => value!,
  });
  return single(shader, [x!], [result!]);
};
