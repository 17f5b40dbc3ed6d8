import { constant, dimension } from "../../src/index.ts";
import type { Given } from "./calls.ts";

/** What nobody should give to a function of tensors; some functions take some of it. */
export function wrongValues({ ids, mask }: Given): readonly unknown[] {
  return [
    undefined,
    null,
    true,
    3,
    -1,
    0.5,
    Number.NaN,
    10n,
    "",
    "nonsense",
    "constructor",
    "__proto__",
    [],
    [1, 2, 3],
    [undefined],
    {},
    { rates: 1 },
    { name: "batch" },
    { name: "batch", size: 0.5 },
    () => 1,
    async () => 1,
    Symbol("symbol"),
    new Map([["a", 1]]),
    new Float32Array(4),
    Promise.resolve(1),
    Object.create(null),
    ids,
    mask,
    constant([1, 2], [dimension("foreign", 2)]),
  ];
}
