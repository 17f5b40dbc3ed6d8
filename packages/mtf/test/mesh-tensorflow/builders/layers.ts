import { dimension } from "mtf";
import { contracted, m, names, nn, sizeOf, type T } from "../tensors.ts";
import { activations, type Builder, type Builders } from "./elementwise.ts";

/** A layer's variable, by the end of its path. */
export function variable(xs: Readonly<Record<string, T>>, end: string): T {
  return xs[Object.keys(xs).find((name) => name.startsWith("var:") && name.endsWith(end))!];
}

type Written = readonly [string, number];

const pair = (written: T): [string, number] => written;

/** The weight and bias of a dense layer at a path. */
const weightsAt = (xs: Readonly<Record<string, T>>, path = ""): T => ({
  weight: variable(xs, `${path}kernel`),
  bias: variable(xs, `${path}bias`),
});

/** A dim that is summed over and made anew has another name in the kernel. */
function denseInput(x: T, { new_dims, reduced_dims }: T): T {
  const fresh = new_dims.map(([name]: Written) => name);
  const clash = reduced_dims
    .map(([name]: Written) => name)
    .filter((d: string) => fresh.includes(d));
  return clash.reduce((y: T, name: string) => m.rename(y, name, `_${name}`), x);
}

const layerNorm: Builder = (xs, { attributes: { dim, model_dim, epsilon } }) => {
  const [gain, bias] = ["_scale", "_bias"].map((end) => variable(xs, end));
  return m.layerNorm(xs.x, gain, bias, (dim ?? model_dim)[0], { epsilon });
};

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

export const layers: Builders = {
  layer_norm: layerNorm,
  "transformer.sublayer_true_layer_norm": layerNorm,
  "transformer.sublayer_rms_norm": (xs, { attributes: { model_dim, epsilon } }) =>
    nn.rmsNorm(xs.x, variable(xs, "scale"), model_dim[0], { epsilon }),
  "transformer.sublayer_scale_norm": (xs, { attributes: { model_dim, epsilon } }) =>
    nn.scaleNorm(xs.x, variable(xs, "scale"), model_dim[0], { epsilon }),
  "transformer.sublayer_rms_norm_subsampled": (xs, { attributes }) => {
    const { model_dim, epsilon, percentage } = attributes;
    const options = { epsilon, part: percentage / 100 };
    return nn.rmsNorm(xs.x, variable(xs, "scale"), model_dim[0], options);
  },
  "transformer.sinusoid_positional_embedding_weights": (_, { attributes }) => {
    const { max_length_dim, model_dim, min_timescale, max_timescale } = attributes;
    const options = { shortest: min_timescale, longest: max_timescale };
    return nn.sinusoids(dimension(...pair(max_length_dim)), dimension(...pair(model_dim)), options);
  },
  dense: (xs, { attributes }) => {
    const activation = activations[attributes.activation];
    const x = denseInput(xs.x, attributes);
    const each: string[] = (attributes.expert_dims ?? []).map(([name]: Written) => name);
    return each.length > 0
      ? nn.denseEach(x, weightsAt(xs), each, activation)
      : nn.dense(x, weightsAt(xs), activation);
  },
  dense_product: (xs, { attributes: { activation_functions } }) => {
    const functions = activation_functions.map((name: string) => activations[name]);
    const all = functions.map((_: T, i: number) => weightsAt(xs, `dense_product_${i}/`));
    return nn.denseProduct(xs.x, all, functions);
  },
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
    return nn.distributionCrossEntropy(logits, targets, over, { zLoss: z_loss });
  },
  plain_function: ({ x, w }) => {
    const c = names(w).find((name) => !names(x).includes(name))!;
    const y = m.tanh(contracted([x, w], ["b"]));
    return m.add(y, m.broadcast(m.sum(m.square(x), "b"), dimension(c, sizeOf(w, c))));
  },
};
