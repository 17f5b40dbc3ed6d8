import {
  booleanArgument,
  countArgument,
  numberArgument,
  optionsArgument,
} from "../../arguments.ts";
import type { Dimension, Select, Without } from "../../dimension.ts";
import type { Windows } from "../../graph/kinds.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, newDim, requireFree, requireValue, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { addedUp, extentOf, windowsOf } from "./windows.ts";

/** Where windows over a dim lie. */
export interface WindowOptions {
  /** How far windows are apart; 1 by default. */
  readonly stride?: number | undefined;
  /** How far the elements of a window are apart; 1 by default. */
  readonly dilation?: number | undefined;
  /** How many elements in front of the dim the first window begins; 0 by default. */
  readonly before?: number | undefined;
  /** Whether the dim goes on at its other end. By default there is `value` beyond both. */
  readonly wrap?: boolean | undefined;
}

/** What else `window` can be told. */
export interface TakenOptions extends WindowOptions {
  /** How many elements behind the dim the last window may reach; 0 by default. */
  readonly after?: number | undefined;
  /** What there is beyond the ends of the dim; 0 by default. */
  readonly value?: number | undefined;
}

const known = ["stride", "dilation", "before", "wrap"] as const;

/**
 * Windows over a dim: what lies `stride` further each, along `dim`, and in each the elements from there
 * on, along the new dim `tap`, which is as long as a window. Windows over several dims are windows of
 * windows. Where the dim is split, devices exchange the margins that windows share, once, and nothing
 * else.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `dtype-mismatch`, `bad-argument` where no window fits
 * @example
 * window(x, "length", dimension("tap", 3), { before: 1, after: 1 }); // [length] -> [length, tap=3]
 */
export function window<A extends string, D extends Numeric, S extends A, const T extends string>(
  x: Tensor<A, D>,
  dim: Select<S>,
  tap: Dimension<T>,
  options: TakenOptions = {},
): Tensor<A | T, D> {
  const tensor = tensorArgument("window", "x", x, ["float32", "int32"]);
  const { name, size } = namedDim("window", "dim", tensor, dim);
  const taps = newDim("window", "tap", tap);
  requireFree("window", tensor, taps.name);
  optionsArgument("window", "options", options, [...known, "after", "value"]);
  const windows = windowsArgument("window", name, taps.name, options);
  const { after = 0, value = 0 } = options;
  countArgument("window", "options.after", after);
  requireValue("window", numberArgument("window", "options.value", value), tensor.dtype, tensor);
  const extent = extentOf(taps.size, windows.dilation);
  const count = Math.floor((windows.before + size + after - extent) / windows.stride) + 1;
  if (count < 1) {
    throw misuse(
      "bad-argument",
      `window: '${name}' has ${windows.before + size + after} elements, margins among them, and a window takes ${extent}.`,
      { tensor },
      [],
      { dim: name, size, extent },
    );
  }
  return windowsOf(tensor, { ...windows, value }, count, taps.size) as never;
}

/**
 * What windows add up to: the transpose of `window` with the same options. Every element of a window is
 * added where `window` would have it from, in a dim that is `size` long.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument`
 * @example
 * overlapAdd(framed, "time", "tap", 400, { stride: 80 }); // [time=5, tap=80] -> [time=400]
 */
export function overlapAdd<
  A extends string,
  D extends Numeric,
  S extends A,
  T extends Exclude<A, S>,
>(
  windows: Tensor<A, D>,
  dim: Select<S>,
  tap: Select<T>,
  size: number,
  options: WindowOptions = {},
): Tensor<Without<A, T>, D> {
  const tensor = tensorArgument("overlapAdd", "windows", windows, ["float32", "int32"]);
  const { name } = namedDim("overlapAdd", "dim", tensor, dim);
  const taps = namedDim("overlapAdd", "tap", tensor, tap);
  if (taps.name === name) {
    throw misuse("bad-argument", `overlapAdd: '${name}' is both 'dim' and 'tap'.`, { tensor });
  }
  countArgument("overlapAdd", "size", size, 1);
  optionsArgument("overlapAdd", "options", options, known);
  return addedUp(tensor, windowsArgument("overlapAdd", name, taps.name, options), size) as never;
}

function windowsArgument(op: string, dim: string, tap: string, options: WindowOptions): Windows {
  const { stride = 1, dilation = 1, before = 0, wrap = false } = options;
  countArgument(op, "options.stride", stride, 1);
  countArgument(op, "options.dilation", dilation, 1);
  countArgument(op, "options.before", before);
  booleanArgument(op, "options.wrap", wrap);
  return { dim, tap, stride, dilation, before, wrap };
}
