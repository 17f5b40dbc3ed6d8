import { type Layout, type Mesh, printMesh } from "mtf";
import type { Config } from "../config/index.ts";
import type { TrainingData } from "../data/index.ts";
import { printLayout } from "../session.ts";

/** Names of settings to their values: what makes two runs the same. */
export type Settings = Readonly<Record<string, unknown>>;

/** The settings of a run. The data count by their names and by what is in them. */
export function settingsOf(
  config: Config,
  files: readonly string[],
  data: TrainingData,
  mesh: Mesh,
  layout: Layout,
): Settings {
  const { training, other: _, ...model } = config;
  const { mesh: _mesh, layout: _layout, storage: _storage, ...trained } = training;
  return {
    ...model,
    ...trained,
    data: files,
    data_tokens: data.tokens,
    mesh: printMesh(mesh),
    layout: printLayout(layout),
  };
}

/** The settings that differ, as `name: then -> now`. */
export function changedSettings(before: Settings, now: Settings): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [then, next] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    return then === next ? [] : [`${name}: ${then ?? "unset"} -> ${next ?? "unset"}`];
  });
}
