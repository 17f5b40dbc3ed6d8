import { filterNames } from "../generate/options/sampling-of.ts";
import type { GenerateSettings } from "../generate/options/settings.ts";
import type { LoadedModel } from "../loaded-model.ts";

/**
 * Settings that take the likeliest ids where neither they nor the model's folder ask for chance. That
 * is what transformers' pipelines do; `generate` draws.
 */
export function greedyUnlessAsked(
  settings: GenerateSettings,
  { generation }: Pick<LoadedModel, "generation">,
): GenerateSettings {
  const said = ["doSample", "sampling", ...filterNames] as const;
  const asked = said.some((name) => settings[name as keyof GenerateSettings] !== undefined);
  if (asked || generation?.options.doSample !== undefined) return settings;
  return { ...settings, doSample: false };
}
