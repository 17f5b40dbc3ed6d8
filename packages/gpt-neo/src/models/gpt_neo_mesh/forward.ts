import { add, gather, mul, type Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import { throughBlocks } from "../blocks.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { logitsOf } from "../output.ts";
import { anglesOf } from "../rotary-angles.ts";
import { type Given, selfAttention } from "./attention.ts";
import type { MeshDims } from "./dims.ts";
import { feedForward } from "./feed-forward.ts";
import { masksOf } from "./masks.ts";
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
  const through = (x: Hidden, block: Block, i: number): Hidden => {
    const kind = config.attention_layers[i]!;
    const given = { kind, remember: memory.of(i), angles, dropped: droppedIn(dropped, `h/${i}`) };
    return throughBlock(config, block, x, given);
  };
  const first = embedded(config, dims, parameters, tokens, memory.positions, dropped);
  const hidden = throughBlocks(blocksOf(config, parameters), first, through, options.recompute);
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final), ...memory.kept() };
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

function throughBlock(config: Config, block: Block, x: Hidden, given: Given): Hidden {
  const { resid_dropout, original } = config;
  const { macaron, ln_1, attn, rezero_1, ln_2, mlp, rezero_2 } = block;
  const { kind, dropped } = given;
  const begun = macaron
    ? add(x, mul(dropped(feedForward(config, macaron, x), "macaron", resid_dropout), 0.5))
    : x;
  const attend = (): Hidden =>
    dropped(
      selfAttention(config, attn!, normed(config, ln_1, begun), given),
      "attn",
      resid_dropout,
    );
  const attended = kind !== "none" ? attend() : original.none_doubles ? begun : undefined;
  const y = attended ? add(begun, weighed(rezero_1, attended)) : begun;
  const changed = dropped(feedForward(config, mlp, normed(config, ln_2, y)), "mlp", resid_dropout);
  return add(y, weighed(rezero_2, macaron ? mul(changed, 0.5) : changed));
}
