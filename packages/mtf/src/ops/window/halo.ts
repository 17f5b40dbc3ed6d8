import { booleanArgument, countArgument, optionsArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { misuse, namedDim, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { reshaped } from "../reshape/reshape.ts";
import { windowsOf } from "./windows.ts";

/** What lies beside blocks. */
export interface HaloOptions {
  /** How many elements of the blocks in front; 0 by default. */
  readonly before?: number | undefined;
  /** How many elements of the blocks behind; 0 by default. */
  readonly after?: number | undefined;
  /** Whether the last block lies in front of the first. By default there are zeros. */
  readonly wrap?: boolean | undefined;
}

/**
 * Blocks with what lies beside them: of a dim that is cut into `blocks` of `dim`, each is `before`
 * elements longer in front and `after` behind. Margins may be wider than a block. Where blocks are
 * split, devices exchange their margins, once.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument`
 * @example
 * halo(blocks, "rows", "row", { before: 1, after: 1 }); // [rows=4, row=3] -> [rows=4, row=5]
 */
export function halo<A extends string, D extends Numeric, B extends A, S extends Exclude<A, B>>(
  x: Tensor<A, D>,
  blocks: Select<B>,
  dim: Select<S>,
  options: HaloOptions = {},
): Tensor<A, D> {
  const tensor = tensorArgument("halo", "x", x, ["float32", "int32"]);
  const outer = namedDim("halo", "blocks", tensor, blocks);
  const { name, size } = namedDim("halo", "dim", tensor, dim);
  if (name === outer.name) {
    throw misuse("bad-argument", `halo: '${name}' is both 'blocks' and 'dim'.`, { tensor });
  }
  optionsArgument("halo", "options", options, ["before", "after", "wrap"]);
  const { before = 0, after = 0, wrap = false } = options;
  countArgument("halo", "options.before", before);
  countArgument("halo", "options.after", after);
  booleanArgument("halo", "options.wrap", wrap);
  const row = { name: outer.name, size: outer.size * size };
  const merged = reshaped(tensor, [outer.name, name], [row]);
  const windows = { dim: outer.name, tap: name, stride: size, dilation: 1, before, wrap, value: 0 };
  const reach = before + size + after;
  const made = windowsOf(merged, windows, outer.size, reach);
  const dims = dimsOf(tensor).map((d) => (d.name === name ? { name, size: reach } : d));
  return spread(made, dims) as never;
}
