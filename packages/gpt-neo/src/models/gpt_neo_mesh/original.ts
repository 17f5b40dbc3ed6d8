import { linear, type OriginalRule, originalRules, rule } from "../gpt_neo/original.ts";

// The names of what the original's options add, and of blocks whose weights all layers share: the original
// named those with nothing where others have their layer.

const block = "transformer.h.{i}";

const added: readonly OriginalRule[] = [
  rule("transformer.axial_wpe_1.weight", "axial_wpe_1"),
  rule("transformer.axial_wpe_2.weight", "axial_wpe_2"),
  rule(`${block}.attn.attention.mem_k`, "h{i}/attn/attention/mem_k"),
  rule(`${block}.attn.attention.mem_v`, "h{i}/attn/attention/mem_v"),
  ...linear(`${block}.mlp_macaron.c_fc`, "h{i}/mlp_macaron/conv1d_main/c_fc"),
  ...linear(`${block}.mlp_macaron.c_proj`, "h{i}/mlp_macaron/conv1d_main/c_proj"),
  rule(`${block}.rezero_1`, "h{i}/norm_rezero_1/g"),
  rule(`${block}.rezero_2`, "h{i}/norm_rezero_2/g"),
  // Named by who chooses.
  ...["top_2", "switch", "rand_1"].map((gating) =>
    rule(`${block}.moe.router.weight`, `h{i}/${gating}_gating/kernel`, true),
  ),
  rule(`${block}.moe.wi`, "h{i}/wi/kernel"),
  rule(`${block}.moe.wo`, "h{i}/wo/kernel"),
  ...linear("lm_head", "wte_final_linear/conv1d_main/linear_out"),
];

const ofLayers = [...originalRules, ...added];

/** Every parameter that a model of the original's may have, by both names. */
export const allOriginalRules: readonly OriginalRule[] = [...ofLayers, ...ofLayers.flatMap(shared)];

function shared({ huggingFace, original, transposed }: OriginalRule): readonly OriginalRule[] {
  if (!huggingFace.startsWith(block)) return [];
  return [
    {
      huggingFace: huggingFace.replace(block, "transformer.shared"),
      original: original.replace("h{i}", ""),
      transposed,
    },
  ];
}
