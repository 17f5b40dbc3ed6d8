import { m, names, nn, product, type T } from "../tensors.ts";
import type { Builder, Builders } from "./elementwise.ts";

/** The dims that go: named, or all that the output lacks. */
function gone(x: T, attributes: Parameters<Builder>[1]["attributes"]): string[] {
  if (attributes.reduced_dim) return [attributes.reduced_dim[0]];
  const kept = (attributes.output_dims ?? []).map(([name]: [string]) => name);
  return names(x).filter((name) => !kept.includes(name));
}

const reduction =
  (fn: string): Builder =>
  ({ x }, { attributes }) =>
    m[fn](x, ...gone(x, attributes));

/** x - logsumexp(x), where that counts one more class. */
export const logSoftmax = (x: T, over: string, extra?: T): T =>
  extra === undefined ? m.logSoftmax(x, over) : nn.logSoftmaxWithExtra(x, over, extra);

export const softmax = (x: T, over: string, extra?: T): T =>
  extra === undefined ? m.softmax(x, over) : nn.softmaxWithExtra(x, over, extra);

export const reduce: Builders = {
  reduce_sum: reduction("sum"),
  reduce_max: reduction("max"),
  reduce_min: reduction("min"),
  reduce_mean: reduction("mean"),
  reduce_any: reduction("any"),
  reduce_all: reduction("all"),
  reduce_first: ({ x }, { attributes }) => m.at(x, attributes.reduced_dim[0], 0),
  reduce_logsumexp: ({ x }, { attributes: { reduced_dim, extra_logit } }) =>
    extra_logit === undefined
      ? m.logsumexp(x, reduced_dim[0])
      : nn.logsumexpWithExtra(x, reduced_dim[0], extra_logit),
  softmax: ({ x }, { attributes: { reduced_dim, extra_logit } }) =>
    softmax(x, reduced_dim[0], extra_logit),
  log_softmax: ({ x }, { attributes: { reduced_dim, extra_logit } }) =>
    logSoftmax(x, reduced_dim[0], extra_logit),

  einsum: (xs, { attributes: { output_dims, reduced_dims } }) => {
    const operands = Object.values(xs);
    if (output_dims) return product(operands, output_dims);
    const all = operands.flatMap(names);
    const reduced = reduced_dims?.map(([name]: [string]) => name);
    // By default what occurs once remains.
    const kept = [...new Set(all)].filter((name) =>
      reduced ? !reduced.includes(name) : all.filter((other) => other === name).length === 1,
    );
    return product(operands, kept);
  },
};
