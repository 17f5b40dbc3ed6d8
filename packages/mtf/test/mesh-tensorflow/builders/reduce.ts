import { m, names, product, type T } from "../tensors.ts";
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

/** log(e^total + e^extra): one more class, whose logit is a number. */
function withExtra(total: T, extra: T | undefined): T {
  if (extra === undefined) return total;
  const most = m.stopGradient(m.maximum(total, extra));
  const parts = [m.exp(m.sub(total, most)), m.exp(m.sub(extra, most))];
  return m.add(most, m.log(m.add(...(parts as [T, T]))));
}

/** x - logsumexp(x), where that counts one more class. */
export function logSoftmax(x: T, over: string, extra?: T): T {
  if (extra === undefined) return m.logSoftmax(x, over);
  return m.sub(x, withExtra(m.logsumexp(x, over), extra));
}

export function softmax(x: T, over: string, extra?: T): T {
  return extra === undefined ? m.softmax(x, over) : m.exp(logSoftmax(x, over, extra));
}

export const reduce: Builders = {
  reduce_sum: reduction("sum"),
  reduce_max: reduction("max"),
  reduce_min: reduction("min"),
  reduce_mean: reduction("mean"),
  reduce_any: reduction("any"),
  reduce_all: reduction("all"),
  reduce_first: ({ x }, { attributes }) =>
    m.sum(m.slice(x, attributes.reduced_dim[0], 0, 1), attributes.reduced_dim[0]),
  reduce_logsumexp: ({ x }, { attributes: { reduced_dim, extra_logit } }) =>
    withExtra(m.logsumexp(x, reduced_dim[0]), extra_logit),
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
