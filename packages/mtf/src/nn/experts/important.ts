import type { AnyTensor } from "../../graph/tensor.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import type { Gating } from "./gating.ts";

/** Which tokens count; all where there is no saying. */
export function whole({ importance }: Gating): AnyTensor | undefined {
  return importance && apply("equal", importance, 1);
}

/** Which tokens are sent at all. */
export function present({ importance }: Gating): AnyTensor | undefined {
  return importance && apply("greater", importance, 0);
}

/** The numbers where a condition holds, if there is one, and 0 elsewhere. */
export function only(condition: AnyTensor | undefined, x: AnyTensor): AnyTensor {
  return condition ? apply("where", condition, x, 0) : x;
}

/** Both conditions, of which either may be missing. */
export function both(a: AnyTensor | undefined, b: AnyTensor | undefined): AnyTensor | undefined {
  return a && b ? apply("and", a, b) : (a ?? b);
}
