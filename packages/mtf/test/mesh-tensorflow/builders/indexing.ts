import { dimension } from "mtf";
import { m, nn, product } from "../tensors.ts";
import type { Builders } from "./elementwise.ts";

export const indexing: Builders = {
  one_hot: ({ idx }, { attributes: { output_dim, on_value, off_value, dtype } }) => {
    const there = m.oneHot(idx, dimension(...(output_dim as [string, number])), dtype);
    return m.add(m.mul(there, on_value - off_value), off_value);
  },
  gather: ({ weights, idx }, { attributes: { dim, output_dims, index } }) => {
    if (index !== undefined) return m.at(weights, dim[0], index);
    if (weights.dtype === "bool") {
      return m.cast(m.gather(m.cast(weights, "int32"), idx, dim[0]), "bool");
    }
    const rows = m.gather(weights, idx, dim[0]);
    return output_dims ? product([rows], output_dims) : rows;
  },
  embedding: ({ idx, "var:embedding": table }) => nn.embedding(idx, { table }, "vocab"),
  top_k: ({ x }, { attributes: { reduced_dim, k_dim } }) => {
    const found = m.topK(x, reduced_dim[0], dimension(...(k_dim as [string, number])));
    return [found.values, found.indices];
  },
  top_1: ({ x }, { attributes: { reduced_dim } }) => [
    m.max(x, reduced_dim[0]),
    m.argmax(x, reduced_dim[0]),
  ],
  argmax: ({ x }, { attributes: { reduced_dim } }) => m.argmax(x, reduced_dim[0]),
  nth_largest_element: ({ x }, { attributes: { n, reduced_dim } }) =>
    m.nthLargest(x, reduced_dim[0], n),
  nth_smallest_element: ({ x }, { attributes: { n, reduced_dim } }) =>
    m.nthSmallest(x, reduced_dim[0], n),
  cumsum: ({ x }, { attributes: { dim, exclusive } }) => m.cumsum(x, dim[0], { exclusive }),
  range: (_, { attributes: { dim, dtype } }) =>
    m.cast(m.iota(dimension(...(dim as [string, number]))), dtype),
};
