import { MtfError } from "mtf";
import type { Config } from "../config/index.ts";
import { optionsInWords } from "../options-in-words.ts";
import type { TrainOptions } from "./options.ts";

/**
 * What options say of the experts of a new model, as keys of its config. They are as wide as its
 * feed-forward layers where the config has none that say otherwise.
 *
 * @throws MtfError `bad-argument` for a model that has weights, or is no GPT-Neo
 */
export function withExperts(
  { moeLayers, experts, model }: TrainOptions,
  config: Config,
): Readonly<Record<string, unknown>> {
  if (moeLayers === undefined && experts === undefined) return {};
  const given = optionsInWords({ moeLayers, experts });
  if (model !== undefined) {
    throw new MtfError("bad-argument", `${given} is for a new model: this one has its layers.`, {
      evidence: [["model", model]],
    });
  }
  if (config.model_type !== "gpt_neo" && config.model_type !== "gpt_neo_mesh") {
    throw new MtfError("bad-argument", `${given} makes layers of a GPT-Neo mixtures of experts.`, {
      evidence: [["model_type", config.model_type]],
    });
  }
  const own = config.original.moe;
  const layers = moeLayers ?? own?.layers;
  if (layers === undefined) {
    throw new MtfError("bad-argument", "nothing says which layers have experts.", {
      try: [optionsInWords({ moeLayers: [1] })],
    });
  }
  const { intermediate_size, hidden_size } = config;
  const usual = own ?? { hidden_size: intermediate_size ?? 4 * hidden_size };
  const moe = { ...usual, layers, ...(experts !== undefined && { num_experts: experts }) };
  return { model_type: "gpt_neo_mesh", original: { ...config.original, moe } };
}
