import type { Config, Training } from "./config.ts";
import { toJson } from "./hugging-face.ts";
import { parseConfig } from "./schema.ts";

/**
 * The config with some of its `training` changed, checked again.
 *
 * @param where what errors call the changes, such as `the command line`
 * @throws MtfError `bad-argument` with all problems
 * @example
 * withTraining(config, { steps: 200, learning_rate: 1e-3 });
 */
export function withTraining(
  config: Config,
  changes: { readonly [K in keyof Training]?: Training[K] | undefined },
  where = "config with its overrides",
): Config {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const training = { ...config.training, ...Object.fromEntries(given) };
  return parseConfig({ ...toJson(config), training }, where);
}
