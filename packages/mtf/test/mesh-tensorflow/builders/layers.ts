import { dimension } from "../../../src/index.ts";
import { contracted, m, names, nn, sizeOf, type T } from "../tensors.ts";
import { activations, type Builders } from "./elementwise.ts";

/** A layer's variable, by the end of its path. */
export function variable(xs: Readonly<Record<string, T>>, end: string): T {
  return xs[Object.keys(xs).find((name) => name.startsWith("var:") && name.endsWith(end))!];
}

type Written = readonly [string, number];

const pair = (written: T): [string, number] => written;

function dense(x: T, kernel: T, bias: T | undefined, attributes: T): T {
  const fresh = attributes.new_dims.map(([name]: Written) => name);
  const reduced: string[] = attributes.reduced_dims.map(([name]: Written) => name);
  // A dim that is summed over and made anew has another name in the kernel.
  const clash = reduced.filter((name) => fresh.includes(name));
  const input = clash.reduce((y, name) => m.rename(y, name, `_${name}`), x);
  if (!attributes.expert_dims?.length) return nn.dense(input, { weight: kernel, bias });
  const over = reduced.map((name) => (clash.includes(name) ? `_${name}` : name));
  const y = contracted([input, kernel], over);
  return bias ? m.add(y, bias) : y;
}

function layerNorm(x: T, gain: T, bias: T, dim: string, epsilon: number): T {
  return m.layerNorm(x, gain, bias, dim, { epsilon });
}

function batchNorm(xs: Readonly<Record<string, T>>, attributes: T): T[] {
  const { is_training, momentum, epsilon, dims_idx_start, dims_idx_end } = attributes;
  const over = names(xs.x).slice(dims_idx_start, dims_idx_end ?? undefined);
  const own = (end: string) => variable(xs, end);
  const average = { mean: own("bn_moving_mean"), variance: own("bn_moving_variance") };
  const now = is_training ? nn.momentsOf(xs.x, ...over) : average;
  const affine = { gain: own("batch_norm_scale"), bias: own("batch_norm_bias") };
  const y = nn.batchNorm(xs.x, now, affine, { epsilon });
  if (!is_training) return [y];
  const moved = nn.movedMoments(average, now, momentum);
  return [y, moved.mean, moved.variance];
}

const rms = (x: T, dim: string, epsilon: number): T =>
  m.rsqrt(m.add(m.mean(m.square(x), dim), epsilon));

export const layers: Builders = {
  layer_norm: (xs, { attributes: { dim, epsilon } }) =>
    layerNorm(xs.x, variable(xs, "_scale"), variable(xs, "_bias"), dim[0], epsilon),
  "transformer.sublayer_true_layer_norm": (xs, { attributes: { model_dim, epsilon } }) =>
    layerNorm(xs.x, variable(xs, "_scale"), variable(xs, "_bias"), model_dim[0], epsilon),
  "transformer.sublayer_rms_norm": (xs, { attributes: { model_dim, epsilon } }) =>
    nn.rmsNorm(xs.x, variable(xs, "scale"), model_dim[0], { epsilon }),
  "transformer.sublayer_scale_norm": (xs, { attributes: { model_dim, epsilon } }) =>
    nn.scaleNorm(xs.x, variable(xs, "scale"), model_dim[0], { epsilon }),
  "transformer.sublayer_rms_norm_subsampled": (xs, { attributes }) => {
    const [dim, size] = attributes.model_dim;
    const part = m.slice(xs.x, dim, 0, Math.floor((size * attributes.percentage) / 100));
    return m.mul(m.mul(xs.x, rms(part, dim, attributes.epsilon)), variable(xs, "scale"));
  },
  "transformer.sinusoid_positional_embedding_weights": (_, { attributes }) => {
    const { max_length_dim, model_dim, min_timescale, max_timescale } = attributes;
    const options = { shortest: min_timescale, longest: max_timescale };
    return nn.sinusoids(dimension(...pair(max_length_dim)), dimension(...pair(model_dim)), options);
  },
  dense: (xs, { attributes }) =>
    activations[attributes.activation ?? "linear"]!(
      dense(xs.x, variable(xs, "kernel"), variable(xs, "bias"), attributes),
    ),
  dense_product: (xs, { attributes }) =>
    attributes.activation_functions
      .map((name: string, i: number) => {
        const own = (end: string) => variable(xs, `dense_product_${i}/${end}`);
        return activations[name]!(dense(xs.x, own("kernel"), own("bias"), attributes));
      })
      .reduce((a: T, b: T) => m.mul(a, b)),
  dense_relu_dense: (xs) => {
    const [up, down] = ["wi", "wo"].map((name) => ({ weight: variable(xs, `${name}/kernel`) }));
    return nn.feedForward(xs.x, up, down, m.relu);
  },
  batch_norm: (xs, { attributes }) => batchNorm(xs, attributes),
  softmax_cross_entropy_with_logits: ({ logits, targets }, { attributes }) => {
    const { vocab_dim, z_loss } = attributes;
    const over = vocab_dim[0];
    if (targets.dtype === "int32") {
      return nn.smoothedCrossEntropy(logits, targets, over, { zLoss: z_loss });
    }
    const loss = m.neg(m.sum(m.mul(m.logSoftmax(logits, over), targets), over));
    return m.add(loss, m.mul(m.square(m.logsumexp(logits, over)), z_loss));
  },
  plain_function: ({ x, w }) => {
    const c = names(w).find((name) => !names(x).includes(name))!;
    const y = m.tanh(contracted([x, w], ["b"]));
    return m.add(y, m.broadcast(m.sum(m.square(x), "b"), dimension(c, sizeOf(w, c))));
  },
};
