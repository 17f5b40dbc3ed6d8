import type { Config } from "../config/index.ts";

/** What makes two runs the same: names of settings to their values. */
export function settingsOf(
  config: Config,
  data: readonly string[],
  mesh: string,
): Readonly<Record<string, unknown>> {
  const { training, other: _, ...model } = config;
  return { ...model, ...training, data, mesh };
}

/** The settings that differ, as `name: then -> now`. */
export function changedSettings(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [then, next] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    return then === next ? [] : [`${name}: ${then ?? "unset"} -> ${next ?? "unset"}`];
  });
}
