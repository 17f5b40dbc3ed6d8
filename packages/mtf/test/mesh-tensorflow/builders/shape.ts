import { dimension } from "mtf";
import type { WrittenDims } from "../fixture.ts";
import { along, m, names, product, reshapedTo, sizeOf, type T } from "../tensors.ts";
import type { Builders } from "./elementwise.ts";

/** A dim in pools of elements that follow each other, and something of each pool. */
function inPools(x: T, dim: string, size: number, how: string): T {
  const pools = m.split(x, dim, [dimension(dim, sizeOf(x, dim) / size), dimension("pool", size)]);
  return how === "first" ? m.at(pools, "pool", 0) : m[how](pools, "pool");
}

const poolAll =
  (how: "max" | "mean") =>
  (x: T, sizes: readonly number[]): T => {
    const spatial = names(x).slice(-1 - sizes.length, -1);
    return m.pool(x, how, Object.fromEntries(spatial.map((dim, i) => [dim, sizes[i]!])));
  };

function replaced(x: T, old: WrittenDims, made: WrittenDims): T {
  const gone = old.map(([name]) => name);
  const whole: (readonly [string, number])[] = names(x).flatMap((name) => {
    if (name === gone[0]) return [...made];
    return gone.includes(name) ? [] : [[name, sizeOf(x, name)] as const];
  });
  return reshapedTo(x, whole);
}

export const shape: Builders = {
  reshape: ({ x }, { attributes }) => reshapedTo(x, attributes.output_dims),
  rename_dimension: ({ x }, { attributes: { old_name, new_name } }) =>
    m.rename(x, old_name, new_name),
  replace_dimensions: ({ x }, { attributes }) => replaced(x, attributes.old, attributes.new),
  transpose: ({ x }, { attributes }) => product([x], attributes.output_dims),
  broadcast: ({ x }, { attributes }) => along(x, attributes.output_dims),
  concat: (xs, { attributes }) => m.concat(Object.values(xs), attributes.dim_name),
  split: ({ x }, { attributes: { split_dim, num_or_sizes } }) => {
    const [dim, size] = split_dim;
    const sizes: number[] = Array.isArray(num_or_sizes)
      ? num_or_sizes
      : Array(num_or_sizes).fill(size / num_or_sizes);
    return sizes.map((n, i) => {
      const begin = sizes.slice(0, i).reduce((a, b) => a + b, 0);
      return m.slice(x, dim, begin, begin + n);
    });
  },
  stack: (xs, { attributes }) => m.stack(Object.values(xs), attributes.dim_name),
  unstack: ({ x }, { attributes: { dim } }) => m.unstack(x, dim[0]),
  slice: ({ x }, { attributes: { begin, size, dim_name } }) =>
    m.slice(x, dim_name, begin, begin + size),
  pad: ({ x }, { attributes: { paddings, dim_name } }) => m.pad(x, dim_name, ...paddings),
  shift: ({ x }, { attributes: { dim, offset, wrap } }) => m.shift(x, dim[0], offset, { wrap }),
  dynamic_shift: ({ x, offset }, { attributes: { dim, wrap } }) =>
    m.dynamicShift(x, dim[0], offset, { wrap }),
  pool_tensor_1d: ({ x }, { attributes: { pool_dim, pool_size, reduce } }) =>
    inPools(x, pool_dim[0], pool_size, reduce),
  stride_tensor_1d: ({ x }, { attributes: { pool_dim, pool_size } }) =>
    inPools(x, pool_dim[0], pool_size, "first"),
  compress_mean: ({ x }, { attributes: { dim, factor } }) =>
    m.pool(x, "mean", { [dim[0]]: factor }),
  max_pool2d: ({ x }, { attributes }) => poolAll("max")(x, attributes.ksize),
  avg_pool2d: ({ x }, { attributes }) => poolAll("mean")(x, attributes.ksize),
  max_pool3d: ({ x }, { attributes }) => poolAll("max")(x, attributes.ksize),
  avg_pool3d: ({ x }, { attributes }) => poolAll("mean")(x, attributes.ksize),
};
