import { add, addAll, gather, mul, recompute, type Scalar, type Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { logitsOf } from "../output.ts";
import { anglesOf } from "../rotary-angles.ts";
import { type Given, selfAttention } from "./attention.ts";
import type { MeshDims } from "./dims.ts";
import { feedForward } from "./feed-forward.ts";
import { masksOf } from "./masks.ts";
import { isMixture, type MixtureGiven, mixture } from "./mixture.ts";
import { normed, weighed } from "./norm.ts";
import type { Block, Parameters } from "./parameters.ts";
import { positionsOf } from "./positions.ts";

// GPT-Neo as its original on Mesh-TensorFlow could be configured: other attention, positions, norms and
// feed-forward layers. With none of these options it is the GPT-Neo of `gpt_neo`.

/** The model: tokens to the logits of what follows each, or of each where it is not causal. */
export function forward(
  config: Config,
  dims: MeshDims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  const memory = memoryOf(config, dims, options, masksOf(config, dims));
  const dropped = droppedBy(options.dropout);
  const rotated = config.architecture.pos_emb === "rotary";
  const angles = rotated ? anglesOf(config, dims, memory.positions) : undefined;
  const key = options.dropout;
  const continued = options.cache !== undefined || options.paged !== undefined;
  const hidden = [embedded(config, dims, parameters, tokens, memory.positions, dropped)];
  const auxiliary: Scalar[] = [];
  for (const [layer, block] of blocksOf(config, parameters).entries()) {
    const kind = config.attention_layers[layer]!;
    const at = {
      kind,
      remember: memory.of(layer),
      angles,
      dropped: droppedIn(dropped, `h/${layer}`),
    };
    const given = { ...at, layer, key, continued };
    const through = (x: Hidden) => throughBlock(config, block, x, given);
    const [next, added] = (options.recompute ? recompute(through) : through)(hidden[layer]!);
    hidden.push(next);
    if (added) auxiliary.push(added);
  }
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return {
    hidden,
    final,
    logits: logitsOf(parameters, final),
    ...memory.kept(),
    ...(auxiliary.length > 0 && { auxiliary: addAll(auxiliary) }),
  };
}

/** Words and positions, each dropped by itself. */
function embedded(
  { embed_dropout }: Config,
  dims: MeshDims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  at: ForwardOptions["positions"],
  dropped: Dropped,
): Hidden {
  const words = dropped(gather(parameters.wte, tokens, "vocab"), "embed", embed_dropout);
  const positions = positionsOf(parameters, dims, at);
  return positions ? add(words, dropped(positions, "embed_positions", embed_dropout)) : words;
}

/** The weights of each layer, which may be those of all. */
function blocksOf({ num_layers }: Config, { h }: Parameters): readonly Block[] {
  return Array.from({ length: num_layers }, (_, i) => h[i] ?? h[0]!);
}

/** What leaves a block, and of a mixture of experts what is added to the loss. */
function throughBlock(
  config: Config,
  block: Block,
  x: Hidden,
  given: Given & MixtureGiven,
): readonly [Hidden, Scalar?] {
  const { resid_dropout, original } = config;
  const { macaron, ln_1, attn, rezero_1, ln_2, rezero_2 } = block;
  const { kind, dropped } = given;
  const drop = (y: Hidden, name: string): Hidden => dropped(y, name, resid_dropout);
  const halved = (y: Hidden): Hidden => (macaron ? mul(y, 0.5) : y);
  const begun = macaron ? add(x, halved(drop(feedForward(config, macaron, x), "macaron"))) : x;
  const attend = (): Hidden =>
    drop(selfAttention(config, attn!, normed(config, ln_1, begun), given), "attn");
  const attended = kind !== "none" ? attend() : original.none_doubles ? begun : undefined;
  const y = attended ? add(begun, weighed(rezero_1, attended)) : begun;
  const [changed, added] = changedBy(config, block, normed(config, ln_2, y), given);
  const z = add(y, weighed(rezero_2, halved(drop(changed, "mlp"))));
  return added ? [z, added] : [z];
}

/** The feed-forward layer of a block, or its experts. */
function changedBy(
  config: Config,
  { mlp, moe }: Block,
  x: Hidden,
  given: MixtureGiven,
): readonly [Hidden, Scalar?] {
  if (isMixture(config, given.layer)) return mixture(config, moe!, x, given);
  return [feedForward(config, mlp!, x)];
}
