import { m, names, nn, sizeOf, type T } from "../tensors.ts";
import type { Builder, Builders } from "./elementwise.ts";
import { variable } from "./layers.ts";

/** The dims of an image between its batch dims and its channels, outermost first. */
const spatialOf = (x: T, count: number): string[] => names(x).slice(-1 - count, -1);

/** A kernel over the last dims before the channels: its own come first. */
function convolved(fn: string, x: T, kernel: T, dims: readonly string[], attributes: T): T {
  const along = Object.fromEntries(dims.map((dim, i) => [dim, names(kernel)[i]!]));
  const given: readonly number[] = [attributes.strides ?? attributes.stride].flat();
  const strides = Object.fromEntries(dims.map((dim, i) => [dim, given[i]!]));
  const padding = attributes.padding.toLowerCase();
  return m[fn](x, kernel, along, { over: "ci", strides, padding });
}

const plain =
  (fn: string, count: number): Builder =>
  (xs, { attributes }) => {
    const kernel = variable(xs, "/kernel");
    return convolved(fn, xs.x, kernel, spatialOf(xs.x, count), attributes);
  };

/** An image in blocks is the same image: with us a layout cuts it. */
const inBlocks =
  (fn: string, count: number): Builder =>
  (xs, { attributes }) => {
    const kernel = variable(xs, "/kernel");
    const dims = spatialOf(xs.x, count);
    const blocks = ["d", "h", "w"].flatMap((dim) => {
      const block = attributes[`${dim}_blocks_dim`];
      return block ? [{ dim, block, count: sizeOf(xs.x, block) }] : [];
    });
    const whole = blocks.reduce((x, { dim, block, count }) => {
      const merged = m.dimension(dim, count * sizeOf(x, dim));
      return m.merge(x, [block, dim], merged);
    }, xs.x);
    const y = convolved(fn, whole, kernel, dims, attributes);
    return blocks.reduce((z, { dim, block, count }) => {
      const parts = [m.dimension(block, count), m.dimension(dim, sizeOf(z, dim) / count)];
      return m.split(z, dim, parts);
    }, y);
  };

/** Depthwise, by a weight and a bias for each place, and then over channels. */
const separable: Builder = (xs, { attributes }) => {
  const places = attributes.max_relative_pos - attributes.min_relative_pos + 1;
  const depthwise = m.stack(
    Array.from({ length: places }, (_, i) => variable(xs, `depthwise_dense_${i}/kernel`)),
    "place",
  );
  // Not with separableConvolution: the original adds a bias between the two.
  const y = m.convolution(xs.x, depthwise, { length: "place" });
  const biased = m.add(y, variable(xs, "depthwise_dense_0/bias"));
  return nn.linear(
    biased,
    ...["kernel", "bias"].map((end) => variable(xs, `pointwise_dense/${end}`)),
  );
};

const halo =
  (sides: readonly string[]): Builder =>
  ({ x }, { attributes: { blocks_dim, block_size_dim, halo_size, wrap } }) =>
    m.halo(x, blocks_dim[0], block_size_dim[0], {
      ...Object.fromEntries(sides.map((side) => [side, halo_size])),
      wrap,
    });

export const convolution: Builders = {
  halo_exchange: halo(["before", "after"]),
  left_halo_exchange: halo(["before"]),
  conv1d: (xs, { attributes }) => {
    const kernel = m.at(variable(xs, "/kernel"), "fh", 0);
    return convolved("convolution", xs.x, kernel, spatialOf(xs.x, 1), attributes);
  },
  conv2d: plain("convolution", 2),
  conv3d: plain("convolution", 3),
  conv2d_transpose: plain("convolutionTransposed", 2),
  conv3d_transpose: plain("convolutionTransposed", 3),
  conv2d_with_blocks: inBlocks("convolution", 2),
  conv3d_with_blocks: inBlocks("convolution", 3),
  conv2d_transpose_with_blocks: inBlocks("convolutionTransposed", 2),
  separable_conv1d: separable,
};
